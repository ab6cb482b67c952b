"""One side's texts into groups that keep their identity, and the fitted model as a file without code in it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analytics import identity, mixture
from analytics.context import Context, frame_context
from analytics.describing import Described, described
from analytics.groups import GroupBuilder
from analytics.identity import Change
from analytics.refresh.reading import CONTEXT
from analytics.texts import WordCounter
from kb.errors import Refused

Labels = np.ndarray[Any, np.dtype[np.int64]]
FEWEST_RECORDS = 20
UNSURE_BELOW = 0.9


@dataclass
class Learned:
    """What a run found on one side. `labels` and `confidence` stand in the order of `records`; a label is a group's
    number in this fit, -1 for none; `ids` names the earlier group that a number continues."""

    side: str
    records: pd.DataFrame
    labels: Labels
    confidence: np.ndarray[Any, np.dtype[np.float64]]
    groups: list[Described] = field(default_factory=list)
    ids: Mapping[int, int] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    model: tuple[WordCounter, GroupBuilder] | None = None


def learn(
    side: str,
    records: pd.DataFrame,
    earlier: Labels,
    *,
    n_groups: int | None = None,
    merge_at: float | None = None,
    aliases: Mapping[str, str] | None = None,
) -> Learned:
    """Fit one side anew. `earlier`: the group that the model last put each record into, -1 for none.

    A wanted number or granularity that differs starts afresh; else the earlier groups are gone on from. Too few texts,
    or none that share words, give no groups.
    """
    none = Learned(side, records, np.full(len(records), -1), np.zeros(len(records)))
    cases, texts, context = cases_of(side, records)
    counter = WordCounter(aliases=aliases)
    try:
        counts = counter.fit_transform(texts)
    except ValueError:
        return none
    if len(texts) < FEWEST_RECORDS:
        return none
    builder = GroupBuilder(n_groups)
    if merge_at is not None:
        builder.set_params(merge_at=merge_at)
    first = pd.Series(earlier).groupby(cases).max().to_numpy()
    builder.fit(counts, context=context, start=first if n_groups is None and (first >= 0).any() else None)
    labels, confidence = builder.labels_[cases], builder.responsibilities_.max(axis=1)[cases]
    kept = identity.match(earlier, labels)
    told = described(counts, builder, counter.get_feature_names_out(), cases)
    return Learned(side, records, labels, confidence, told, kept.ids, kept.changes, (counter, builder))


def score(side: str, records: pd.DataFrame, counter: WordCounter, builder: GroupBuilder) -> tuple[Labels, Any]:
    """The group numbers and confidence of new records under a model, which stays as it is."""
    cases, texts, context = cases_of(side, records)
    counts = counter.transform(texts)
    shares = builder.predict_proba(counts, context)
    labels = np.where(np.asarray(counts @ builder.word_weights_).ravel() > 0, shares.argmax(axis=1), -1)
    return labels[cases], shares.max(axis=1)[cases]


def cases_of(side: str, records: pd.DataFrame) -> tuple[Labels, list[str], Any]:
    """Records that tell of one unit are read together: the number of each record's case, the cases' texts and context.

    A return and the complaint about it say the same twice in other words.
    """
    key = records["case_key"].to_numpy() if side == "field" else records["record_id"].to_numpy()
    cases, _ = pd.factorize(key)
    texts = records["text"].groupby(cases).agg("\n".join).tolist()
    columns = records[list(CONTEXT[side])].replace("", None).groupby(cases).first()
    return cases, texts, frame_context(columns)


def packed(counter: WordCounter, builder: GroupBuilder, ids: Labels) -> bytes:
    """The model as the bytes of an npz file: arrays only, nothing in it can run."""
    arrays: dict[str, Any] = {
        "ids": ids,
        "words": counter.get_feature_names_out().astype(str),
        "aliases": np.array([*counter.aliases_.items()], dtype=str).reshape(-1, 2),
        "weights": builder.word_weights_,
        "prior": builder.model_.prior,
        "word_shares": builder.model_.words,
        "columns": np.array(builder.context_.columns, dtype=np.int64),
        "width": np.array(builder.context_.width),
    }
    for at, (values, shares) in enumerate(zip(builder.context_.values, builder.model_.views, strict=True)):
        arrays |= {f"values_{at}": np.array(values, dtype=str), f"view_{at}": shares}
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def content_hash(content: bytes) -> str:
    """SHA-256 of a stored model, as hexadecimal text."""
    return hashlib.sha256(content).hexdigest()


def unpacked(content: bytes, written: str) -> tuple[WordCounter, GroupBuilder, Labels]:
    """The model again, and the group_id of each of its groups. Raises Refused where the bytes are not those `written`
    is the hash of."""
    if content_hash(content) != written:
        raise Refused("the stored model was altered: run python -m analytics refresh to make it anew")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        counter = WordCounter()
        counter.vocabulary_ = {str(word): at for at, word in enumerate(arrays["words"])}
        counter.aliases_ = {str(word): str(meant) for word, meant in arrays["aliases"]}
        views = range(len(arrays["columns"]))
        builder = GroupBuilder()
        builder.word_weights_ = arrays["weights"]
        builder.n_features_in_ = len(builder.word_weights_)
        builder.context_ = Context.known(
            arrays["columns"].tolist(), int(arrays["width"]), [arrays[f"values_{at}"].tolist() for at in views]
        )
        shares = tuple(arrays[f"view_{at}"] for at in views)
        builder.model_ = mixture.Mixture(arrays["prior"], arrays["word_shares"], shares)
        builder.n_groups_ = builder.model_.n_groups
        return counter, builder, arrays["ids"]
