"""TensorBoard over a folder, for this machine alone."""

from __future__ import annotations

from pathlib import Path

from clothier.errors import InputError

HOST = "127.0.0.1"


def serve(folder: Path, port: int | None = None) -> str:
    """The address of the projector page of a TensorBoard that serves the folder until this process ends.

    `port` None takes the first free one from 6006 on, 0 any. Raises InputError where none can be had.
    """
    from tensorboard import program

    board = program.TensorBoard()
    # Without its separate data server, a process that would have to be ended as well.
    words = ["tensorboard", "--logdir", str(folder.resolve()), "--host", HOST, "--load_fast", "false"]
    board.configure([*words, *(() if port is None else ("--port", str(port)))])
    try:
        address = board.launch()
    except program.TensorBoardServerException as error:
        reason = " ".join(str(error.msg).split())
        raise InputError(
            f"TensorBoard cannot start ({reason}); wanted a free port; stop the program that uses it"
        ) from error
    return f"{address}#projector"
