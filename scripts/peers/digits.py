"""Writes test/golden/digits.json: the 8x8 digits that scikit-learn ships, as numbers.

    pip install scikit-learn==1.7.2 && python3 scripts/peers/digits.py > test/golden/digits.json

1797 images of 8x8 pixels with values 0 to 16, one character each in base 17, 64 an image, rows from the top; and the digit that each shows.
"""

import json
import sys

from sklearn.datasets import load_digits

digits = load_digits()
json.dump(
    {
        "source": "scikit-learn load_digits: the test set of E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, "
        "UCI Machine Learning Repository, doi 10.24432/C50P49",
        "licence": "CC BY 4.0 (the data); scikit-learn is BSD-3-Clause",
        "labels": "".join(str(label) for label in digits.target),
        "images": ["".join("0123456789abcdefg"[int(value)] for value in image) for image in digits.data],
    },
    sys.stdout,
    indent=1,
)
print()
