"""FastAPI as people write it: a `def` endpoint with a file, which the framework runs in its pool of threads.

python -m uvicorn benchmarks.serve.peers.fastapi_app:app --port PORT --workers 1
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, UploadFile

from benchmarks.serve.peers.shared import Network

app = FastAPI()
network = Network()


@app.post("/predict")  # type: ignore[untyped-decorator]  # not installed where types are checked
def predict(file: UploadFile) -> dict[str, Any]:
    image = network.prepare(file.file.read())
    return network.answers([image])[0]
