"""A Ray cluster on this machine, whose nodes stand for machines; for the benchmark and the test of reading on one."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

# Addresses that only this machine has, on Linux; Ray takes 127.0.0.1 for the one in the network.
HEAD, OTHER = ("127.0.0.2", "127.0.0.3") if sys.platform == "linux" else ("127.0.0.1", "127.0.0.1")


@contextmanager
def ray_cluster(cores: int, **environment: str) -> Iterator[Any]:
    """Start a head with so many cores, and yield the `ray.cluster_utils.Cluster`; whoever knows its token may join.

    `environment`: variables for the node's workers. Programs that are started within know the token.
    """
    token = os.urandom(16).hex()  # Ray would put one into the home folder
    settings = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token}
    with mock.patch.dict(os.environ, settings):
        from ray.cluster_utils import Cluster

        cluster = Cluster()
        try:
            cluster.add_node(num_cpus=cores, node_ip_address=HEAD, include_dashboard=False, env_vars=environment)
            yield cluster
        finally:
            cluster.shutdown()


def add_node(cluster: Any, cores: int, **environment: str) -> Any:
    """Add another node, and return it, for `cluster.remove_node`; parameters as for `ray_cluster`."""
    return cluster.add_node(num_cpus=cores, node_ip_address=OTHER, env_vars=environment)
