"""LitServe with its batching on.

python -m benchmarks.serve.peers.litserve_app PORT WORKERS
"""

# LitServe reads the annotations of methods as they run, so they must not be strings: no `annotations` of the future.

import sys
from typing import Any

import litserve
from fastapi import Request

from benchmarks.serve.peers.shared import Network


class Clothes(litserve.LitAPI):  # type: ignore[misc]  # not installed where types are checked
    def setup(self, device: str) -> None:
        self.network = Network()

    def decode_request(self, request: Request) -> Any:
        return self.network.prepare(request["file"].file.read())

    def batch(self, inputs: Any) -> Any:
        return inputs

    def predict(self, images: Any) -> Any:
        return self.network.answers(images)

    def unbatch(self, output: Any) -> Any:
        return output


if __name__ == "__main__":
    port, workers = map(int, sys.argv[1:])
    # Within a tenth of a second there is no time for more of them together, nor to wait for longer.
    api = Clothes(max_batch_size=8, batch_timeout=0.01)
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=workers)
    server.run(port=port, host="127.0.0.1", generate_client_file=False)
