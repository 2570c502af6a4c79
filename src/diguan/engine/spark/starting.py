"""Spark itself: whether it is there, and how it is started."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import warnings
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from diguan.engine.problems import DataRefused
from diguan.rulebook.problems import N_

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

OLDEST_JAVA = 17
# What the statements rely on; the rest is as the cluster has it (SPARK_CONF_DIR/spark-defaults.conf).
_MEANING = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.decimalOperations.allowPrecisionLoss": "true",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
}


def is_there() -> bool:
    """Whether Spark can be started here."""
    return find_spec("pyspark") is not None and find_spec("pyarrow") is not None and (java() or 0) >= OLDEST_JAVA


def java() -> int | None:
    """Which Java is here, as Spark looks for it; None when there is none."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if program is None or not Path(program).exists():
        return None
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found[1]) if found else None


def active() -> SparkSession | None:
    """The Spark that this process has started, if any."""
    from pyspark.sql import SparkSession

    return SparkSession.getActiveSession()


def start(master: str, memory: str, threads: int) -> SparkSession:
    """A Spark of this process, on this machine or with the workers of a master.

    Raises: DataRefused when PySpark or Java is missing, the memory is no amount, or the master does not answer.
    """
    _check_present()
    # It warns of pandas, which is nowhere used here.
    warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
    logging.getLogger("SQLQueryContextLogger").disabled = True  # it prints Java's whole stack; we say the reason
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    settings = {**_MEANING, **_sizes(master, memory)}
    builder = SparkSession.builder.appName("diguan").master(master or f"local[{threads or '*'}]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except Exception as error:
        if master and "stopped SparkContext" in str(error):
            raise DataRefused(N_("No Spark master answers at {master}."), master=master) from error
        if isinstance(error, PySparkException) or type(error).__module__.startswith("py4j."):
            raise DataRefused(
                N_("Spark does not start with {master}: {reason}"), master=master or "local", reason=reason(error)
            ) from error
        raise


def meaning(spark: SparkSession) -> None:
    """Let a session take statements as they are meant, whatever the cluster's own habits."""
    for name, value in _MEANING.items():
        spark.conf.set(name, value)


def _check_present() -> None:
    if find_spec("pyspark") is None or find_spec("pyarrow") is None:
        raise DataRefused(N_("Spark is not installed. Install it with: pip install 'diguan[spark]'"))
    found = java()
    if found is None:
        raise DataRefused(
            N_("Spark needs Java, and there is none: install Java 17 (Debian: apt install openjdk-17-jre-headless).")
        )
    if found < OLDEST_JAVA:
        raise DataRefused(
            N_("Spark needs Java 17 or newer, and here is Java {found}; name another one in JAVA_HOME."), found=found
        )


def _sizes(master: str, memory: str) -> dict[str, str]:
    log = resources.files("diguan.engine.spark").joinpath("log4j2.properties")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile=file:{log}",
    }
    if not master.startswith("spark:") or "//127.0.0.1" in master or "//localhost" in master:
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    amount = _amount(memory) if memory else "" if master else f"{_half_of_this_machine()}m"
    if amount:
        settings["spark.driver.memory"] = amount
    if memory and master:
        settings["spark.executor.memory"] = amount
    return settings


def _amount(memory: str) -> str:
    """4GB, as Spark writes it: 4g."""
    found = re.fullmatch(r"\s*(\d+)\s*([KMGT])i?B?\s*", memory, re.IGNORECASE)
    if found is None:
        raise DataRefused(N_("“{memory}” is not an amount of memory; write it as 4GB."), memory=memory)
    return found[1] + found[2].lower()


def _half_of_this_machine() -> int:
    """In MiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**21


def reason(error: BaseException) -> str:
    """The line of a Java or Spark error that says what happened."""
    java_error = getattr(error, "java_exception", None)
    text = str(java_error.getMessage() or java_error) if java_error is not None else str(error)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
