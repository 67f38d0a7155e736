"""Interventions: kinds of edits, one module each; the module's name is the option's value."""

from laser_sweep.intervention._contract import FirstOrder, Intervention
from laser_sweep.intervention._edited_matrix import EditedMatrix
from laser_sweep.intervention._factors import Factors, factors_of
from laser_sweep.intervention._first_order import first_order_changes
from laser_sweep.intervention._options import Options
from laser_sweep.intervention._retention import Retention
from laser_sweep.plugin import Group

INTERVENTIONS: Group[Intervention[object]] = Group(__name__, Intervention, "intervention")

MOST_PREPARED = 32
"""Matrices whose decompositions are kept for the next amount. Each takes twice the memory of its
matrix, and a point of all layers edits many matrices; the further ones are decomposed again."""

__all__ = [
    "INTERVENTIONS",
    "MOST_PREPARED",
    "EditedMatrix",
    "Factors",
    "FirstOrder",
    "Intervention",
    "Options",
    "Retention",
    "factors_of",
    "first_order_changes",
]
