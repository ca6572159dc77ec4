"""What a variant is called in tables and figures, so that no two different ones are called the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

JAPANESE = "[\u3041-\u9fff]"  # kana and kanji


def variant_label(settings: Any, variant: str, label: Callable[[str, Any], str], words: Mapping[str, str]) -> str:
    """The experiment's label, and every difference from `training` that it does not tell: "GRU(10), 2 epochs".

    settings: of an experiment with `training` and `variants`; label: that experiment's; words: how a difference reads
    that the label does not tell, as "{} epochs", by key (any other key as "batch_size=16"). A difference is told by the
    label if the label reads otherwise without it. Japanese is joined by its middle dot.
    """
    base, training = dict(settings.training), settings.variants[variant]
    text = label(variant, training)
    untold = {
        key: value
        for key, value in training
        if value != base[key] and label(variant, training.model_copy(update={key: base[key]})) == text
    }
    parts = [text, *(words.get(key, f"{key}={{}}").format(value) for key, value in untold.items())]
    return ("・" if re.search(JAPANESE, "".join(parts)) else ", ").join(parts)
