"""Spark, started once for all tests that need it, small: two threads, no generated code, two parts of a shuffle."""

from collections.abc import Iterator

import pytest

from diguan.engine.spark import starting

SETTINGS = """\
spark.sql.shuffle.partitions 2
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.sql.adaptive.enabled false
spark.driver.memory 1g
"""


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A Spark that every screening of the session uses. Tests that use it are marked `spark`."""
    folder = tmp_path_factory.mktemp("spark")
    (folder / "spark-defaults.conf").write_text(SETTINGS, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        patch.setenv("SPARK_LOCAL_DIRS", str(folder))
        # What lives for a minute is not worth compiling twice.
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        patch.chdir(folder)
        started = starting.start("", "1GB", 2)
        yield
        started.stop()
