from ronkyo.params import Section, Seeds, Variants


class Training(Section):
    hidden_size: int


class Settings(Section):
    seeds: Seeds
    training: Training
    variants: Variants[Training]


def label(variant: str, training: Training) -> str:
    return f"RNN({training.hidden_size})"
