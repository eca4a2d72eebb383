"""A model file -> an HTTP service: predictions of pictures, the Open Inference Protocol, health, metrics, a page.

Pictures are decoded in processes of their own (`decoders`), which this package must load fast for: nothing but
settings is imported here. `app.create` makes the ASGI application, `server.run` serves it.
"""

from clothier.serve.settings import Settings

__all__ = ["Settings"]
