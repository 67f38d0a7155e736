"""Clusters: where sweeps run, one module each; its name is the option's value."""

from laser_sweep.cluster._contract import Cluster
from laser_sweep.cluster._controller import State, states
from laser_sweep.plugin import Group

CLUSTERS = Group(__name__, Cluster, "cluster")

__all__ = ["CLUSTERS", "Cluster", "State", "states"]
