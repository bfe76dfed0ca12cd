"""The page for Streamlit Community Cloud, without TensorFlow, which would take nearly all the memory there.

Community Cloud installs the requirements.txt next to the main file, so this folder has its own.
"""

import os
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
os.environ.setdefault("DIGITS_MODEL", str(ROOT / "models" / "digits.onnx"))
runpy.run_path(str(ROOT / "streamlit_app.py"), run_name="__main__")
