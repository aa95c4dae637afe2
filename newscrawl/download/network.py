"""Prevents connections to private networks: the IP address of each connection decides, whatever its host
name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from newscrawl.urls import has_public_suffix

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler

Network = IPv4Network | IPv6Network
NO_NETWORKS: tuple[Network, ...] = ()

_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All addresses that are assigned to the public internet:
https://www.iana.org/assignments/ipv6-address-space"""
_DOCUMENTATION = IPv6Network("3fff::/20")
"""The documentation prefix of RFC 9637, which older versions of the standard library do not know."""
_NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 inside IPv6 (RFC 6052): the last 32 bits are the address that the connection reaches."""


def is_public(address: str) -> bool:
    """Does the IP address belong to the public internet, and not to a machine or a private network?

    >>> is_public("8.8.8.8"), is_public("10.0.0.7"), is_public("169.254.1.1"), is_public("::ffff:127.0.0.1")
    (True, False, False, False)

    Follows the IANA registries in the standard library; an IPv4 address inside an IPv6 address is checked,
    too. Raises ``ValueError`` for a text that is not an IP address.
    """
    ip = ip_address(address.partition("%")[0])
    return all(map(_is_public, _with_embedded(ip)))


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address) and (ip not in _GLOBAL_UNICAST or ip in _DOCUMENTATION):
        return False
    return ip.is_global and not ip.is_multicast


def _with_embedded(ip: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    """The addresses that a connection to ``ip`` may reach: that address, or the IPv4 address inside it."""
    if not isinstance(ip, IPv6Address):
        yield ip
        return
    if ip.ipv4_mapped:
        yield ip.ipv4_mapped
        return
    if ip in _NAT64:
        yield IPv4Address(int(ip) & 0xFFFFFFFF)
        return
    yield ip
    if ip.sixtofour:
        yield ip.sixtofour


def private_hosts(addresses: Iterable[str]) -> frozenset[str]:
    """The hosts of declared addresses that are private, judging by their name: an IP address that is not
    public, or a name that no public registry has (``localhost``, ``news.intranet``).

    >>> sorted(private_hosts(["http://127.0.0.1:8000/", "http://news.intranet/", "https://www.okaz.com.sa/"]))
    ['127.0.0.1', 'news.intranet']

    A public name is never among them, because its owner decides to which address it resolves.
    """
    hosts = (urlsplit(url).hostname or "" for url in addresses)
    return frozenset(host for host in hosts if host and not _looks_public(host))


def _looks_public(host: str) -> bool:
    try:
        return is_public(host)
    except ValueError:
        return has_public_suffix(host)


def proxies() -> frozenset[str]:
    """The hosts of the proxies that the environment configures."""
    return frozenset(host for url in getproxies().values() if (host := urlsplit(url).hostname))


def networks(given: str) -> tuple[Network, ...]:
    """The networks of a comma-separated list, ``10.1.0.0/16, fd00::/8``. Raises ``ValueError`` with the right
    form.
    """
    try:
        return tuple(ip_network(part.strip()) for part in given.split(",") if part.strip())
    except ValueError as error:
        raise ValueError(f"networks such as 10.1.0.0/16, in a comma list ({error})") from None


@implementer(IHostnameResolver)
class PublicResolver:
    """The reactor's resolver without the addresses that are not public.

    Twisted connects only to addresses from its resolver, so a second look-up cannot give another one.
    """

    def __init__(self, resolver: Any) -> None:
        self._resolver = resolver
        self.hosts: set[str] = set()
        """Hosts that are allowed to be private."""
        self.networks: set[Network] = set()
        """Private networks that are allowed."""
        self.refused: dict[str, str] = {}
        """Host → the address for which it was last refused."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PublicResolver:
        """The resolver of the process, which from now on also allows the hosts of this crawl.

        It allows private hosts that the site's declaration or the command line names (``named_addresses`` of
        the spider), the networks of ``PRIVATE_NETWORKS``, and the proxies of the environment.
        """
        from twisted.internet import reactor as any_reactor

        reactor: Any = any_reactor
        if not isinstance(reactor.nameResolver, cls):
            reactor.installNameResolver(cls(reactor.nameResolver))
        resolver: PublicResolver = reactor.nameResolver
        resolver.hosts |= private_hosts(getattr(crawler.spider, "named_addresses", ())) | proxies()
        given = crawler.settings.get("PRIVATE_NETWORKS") or ()
        resolver.networks.update(networks(given) if isinstance(given, str) else given)
        return resolver

    def resolveHostName(self, receiver: Any, host: str, *args: Any, **options: Any) -> Any:
        """Resolve a host for Twisted, without addresses that are not allowed."""
        self.refused.pop(host, None)
        if host not in self.hosts:
            receiver = _Public(receiver, self._may_be_asked, partial(self.refused.__setitem__, host))
        return self._resolver.resolveHostName(receiver, host, *args, **options)

    def _may_be_asked(self, address: str) -> bool:
        return is_public(address) or any(ip_address(address) in network for network in self.networks)


@implementer(IResolutionReceiver)
class _Public:
    """Passes on the allowed addresses."""

    def __init__(self, receiver: Any, allowed: Callable[[str], bool], refuse: Callable[[str], None]) -> None:
        self.resolutionBegan = receiver.resolutionBegan
        self.resolutionComplete = receiver.resolutionComplete
        self._pass_on = receiver.addressResolved
        self._allowed = allowed
        self._refuse = refuse

    def addressResolved(self, address: Any) -> None:
        if self._allowed(address.host):
            self._pass_on(address)
        else:
            self._refuse(address.host)
