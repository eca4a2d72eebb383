"""The model file, `model.clothier`: a zip that holds a trained network and everything it takes to use it, and no code.

Members: manifest.json, model.onnx (uint8 images in, float32 logits and features out; it holds the weights),
statistics.safetensors (for calibration and strangers), and perhaps lookalikes.safetensors. No Keras here.
"""

from __future__ import annotations

from clothier.bundle.contents import Bundle, Lookalikes
from clothier.bundle.manifest import FORMAT, Manifest, Member
from clothier.bundle.reading import read
from clothier.bundle.writing import pack, write

__all__ = ["FORMAT", "Bundle", "Lookalikes", "Manifest", "Member", "pack", "read", "write"]
