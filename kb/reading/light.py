"""Arrow's arrays without pandas: pyarrow.array, pyarrow.scalar and Python texts in pyarrow.compute import it.

That takes a third of a second and 50 MB, which an import in a process of its own has no use for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
import pyarrow


def strings(texts: Sequence[str]) -> pyarrow.StringArray:
    """The texts as an array. Raises UnicodeEncodeError for half a character."""
    written = [text.encode() for text in texts]
    ends = numpy.zeros(len(written) + 1, dtype=numpy.int64)
    numpy.cumsum(numpy.fromiter(map(len, written), numpy.int64, len(written)), out=ends[1:])
    buffers = [None, pyarrow.py_buffer(ends), pyarrow.py_buffer(b"".join(written))]
    # wide offsets first: texts of more than 2 GB are refused by the cast instead of running over
    return pyarrow.Array.from_buffers(pyarrow.large_string(), len(written), buffers).cast(pyarrow.string())


def numbers(values: numpy.typing.NDArray[numpy.int64]) -> pyarrow.Int64Array:
    """Whole numbers as an array."""
    return pyarrow.Array.from_buffers(pyarrow.int64(), len(values), [None, pyarrow.py_buffer(values)])


def plain(array: pyarrow.Array | pyarrow.ChunkedArray) -> numpy.typing.NDArray[Any]:
    """Numbers or truths as numpy has them; what stands where there is none means nothing."""
    whole = array.combine_chunks() if isinstance(array, pyarrow.ChunkedArray) else array
    if pyarrow.types.is_boolean(whole.type):
        return plain(whole.cast(pyarrow.uint8())).astype(bool)
    kind = whole.type.to_pandas_dtype()  # only the name says pandas
    if not len(whole):
        return numpy.empty(0, kind)
    return numpy.frombuffer(whole.buffers()[1], kind)[whole.offset : whole.offset + len(whole)]


EMPTY = strings([""])[0]
NONE = pyarrow.nulls(1, pyarrow.string())[0]
