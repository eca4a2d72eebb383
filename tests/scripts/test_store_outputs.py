from __future__ import annotations

from nbformat.v4 import new_code_cell, new_notebook, new_output

from scripts.store_outputs import clean


def test_progress_and_messages_are_left_out() -> None:
    cell = new_code_cell("!clothier projector", metadata={"execution": {"iopub.status.busy": "now"}})
    cell.outputs = [
        new_output("stream", name="stderr", text="NOTE: slow\n"),
        new_output("stream", name="stdout", text="\x1b[?25l\r\x1b[2Kpacking \x1b[91m━━\x1b[0m 1/2\r\n"),
        new_output(
            "stream",
            name="stdout",
            text="\r\x1b[2K\x1b[1mtensor\x1b[0m  rows  \r\n\r\n\r\n\r\npixels  20\r\n",
        ),
        new_output("execute_result", {"text/plain": "1"}),
    ]
    clean(new_notebook(cells=[cell]))
    printed, value = cell.outputs
    assert printed.text == "tensor  rows\n\npixels  20\n"
    assert value.data == {"text/plain": "1"}
    assert cell.metadata == {}
