"""The package as a library: `sweep` for notebooks and scripts, and what a sweep found."""

import warnings
from importlib import import_module

with warnings.catch_warnings():
    # In a notebook without ipywidgets, the progress bars of other libraries warn when they are
    # imported, which is an error where warnings are errors.
    warnings.simplefilter("ignore")
    import_module("tqdm.auto")
