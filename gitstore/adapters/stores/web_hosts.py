"""How near a host is: a server far away may not send us to one behind the user's firewall."""

from __future__ import annotations

import socket
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address


class Reach(Enum):
    """Who can reach an address; see the registries of RFC 6890."""

    PUBLIC = "everybody"
    PRIVATE = "those in the same network"
    LOOPBACK = "this machine only"
    LINK = "the neighbours only, among them what tells a machine in a cloud its credentials"


def leads_inward(host: str, before: str) -> bool:
    """Whether a host is nearer than the one that has named it.

    Hosts of one kind may name one another, e.g. two in a laboratory. Nobody may name a neighbour of
    ours. A name that cannot be looked up here is left to whoever connects to it.

    Args:
        host: a name or an address.
        before: the host that has named it.
    """
    there = reaches(host)
    return Reach.LINK in there or not there <= {Reach.PUBLIC, *reaches(before)}


def reaches(host: str) -> set[Reach]:
    """Who can reach the addresses of a host; empty where it has none."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return set()
    return {_reach(ip_address(str(address[4][0]))) for address in found}


def _reach(address: IPv4Address | IPv6Address) -> Reach:
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address.sixtofour or address
    if address.is_link_local:
        return Reach.LINK
    if address.is_loopback or address.is_unspecified:
        return Reach.LOOPBACK
    return Reach.PUBLIC if address.is_global else Reach.PRIVATE
