"""The set-up says what is wrong in words, and does nothing twice."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import commands
import frontend
import pytest
import steps


def test_a_taken_port_is_named_with_another_to_take() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(steps.Trouble, match=f"(?s)Port {port} is taken.*make run PORT={port + 1}"):
            commands.check_port(str(port))


@pytest.mark.parametrize("text", ["80a", "0", "65536", "", "-1"])
def test_what_is_no_port_is_told(text: str) -> None:
    with pytest.raises(steps.Trouble, match="is no port"):
        commands.check_port(text)


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ("v20.19.0", True),
        ("v20.18.3", False),
        ("v21.7.0", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.19.0", True),
        ("", False),
    ],
)
def test_a_node_is_taken_only_if_the_build_runs_on_it(version: str, enough: bool) -> None:
    assert frontend.is_new_enough(version) is enough


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("npm error code ENOSPC", "The disk is full"),
        ("Failed to establish a new connection: [Errno 101]", "could not be fetched"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "not the one that was locked"),
        ("EACCES: permission denied", "may not be written to"),
        ("something else", "pip failed"),
    ],
)
def test_a_failure_of_a_program_is_put_in_words(output: str, words: str) -> None:
    said = str(steps.explained("pip", output))
    assert words in said
    assert "The whole output: var/log/setup.log" in said


def test_a_full_disk_is_put_in_words() -> None:
    assert "The disk is full" in str(steps.in_words(OSError(errno.ENOSPC, "No space left on device", "/x")))


def test_a_step_is_done_again_only_when_its_inputs_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "STAMPS", tmp_path)
    inputs, done = ["a"], []
    step = steps.Step("it", "It", lambda: inputs[0], lambda: True, lambda: done.append(inputs[0]))
    for each in ("a", "a", "b"):
        inputs[0] = each
        steps.carry_out([step])
    assert done == ["a", "b"]


def test_a_step_that_was_cut_off_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "STAMPS", tmp_path)

    def cut_off() -> None:
        raise KeyboardInterrupt

    step = steps.Step("it", "It", lambda: "a", lambda: True, lambda: None)
    step.run()
    with pytest.raises(KeyboardInterrupt):
        steps.Step("it", "It", lambda: "b", lambda: True, cut_off).run()
    assert not step.is_done()
