"""Never called: reports link to the line."""


def confusion(results):
    return results
