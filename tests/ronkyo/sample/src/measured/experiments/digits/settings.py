from ronkyo.params import Section, Seeds, Variants


class Training(Section):
    model: str
    hidden_size: int
    batch_size: int


class Data(Section):
    source: str
    words: list[str]


class Settings(Section):
    seeds: Seeds
    data: Data
    training: Training
    variants: Variants[Training]


def label(variant: str, training: Training) -> str:
    return f"{training.model}({training.hidden_size})"
