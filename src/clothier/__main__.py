"""`python -m clothier`, for where the command is not on the path."""

from clothier.cli import main

main()
