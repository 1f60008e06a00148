"""The time page: it shows where a domain stands, and moves the clock while the visitor reads along.

The answer to a button is written as it happens: a line for each thing, then the new picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from domainguard.models import DomainStatus
from domainguard.testing import Holder

from .acts import Impossible, Kind
from .chronicle import Line, Watcher, conclusion, history
from .inbox import READERS
from .links import open_link
from .picture import picture, since_of
from .places import STAGE
from .scenes import SCENES, Journey, ask, owner_at
from .stage import Elsewhere, Stage, current

_MARKER: Final = "<!--here-->"  # in the template, where lines and the new picture go
_STEPS: Final = {"day": 1, "week": 7, "month": 30}
_ASKERS: Final = {Holder.STRANGER: "the stranger", Holder.OWNER: "the owner"}


@require_safe
@never_cache
def time_page(request: HttpRequest) -> HttpResponse:
    """Show the scenes, and one domain with what was done to it."""
    try:
        stage = current()
    except Elsewhere as elsewhere:
        return HttpResponse(str(elsewhere), "text/plain", status=HTTPStatus.CONFLICT)
    shown = _shown(stage, _domain(stage, request.GET.get("domain", "")))
    return render(request, "demo/time.html", shown)


@require_POST
@never_cache
def move(request: HttpRequest) -> HttpResponseBase:
    """Move the clock a day, a week, a month, or to the next thing in the domain's life."""
    stage, domain, by = current(), _posted_domain(request), request.POST.get("by", "")
    if by == "next":
        ahead = stage.next_turn(domain)
    elif by in _STEPS:
        ahead = timedelta(days=_STEPS[by])
    else:
        raise Http404
    heading = "The clock moves" if ahead else "Nothing is to come in its life"
    return _play(request, domain, heading, lambda: stage.pass_time(ahead or timedelta(0)))


@require_POST
@never_cache
def act(request: HttpRequest) -> HttpResponseBase:
    """Do to a domain what its owner, its registrar or a stranger does."""
    stage, domain, word = current(), _posted_domain(request), request.POST.get("act", "")
    if word == "ask":
        return _play(request, domain, "Somebody asks for a reset", partial(ask, stage, domain))
    if word == "link":
        journey = partial(open_link, stage, domain, owner_at(stage, domain))
        return _play(request, domain, "The old link is opened", journey)
    for kind, heading in _HEADINGS.items():
        if word == kind:
            return _play(request, domain, heading, partial(_do, stage, kind, domain))
    raise Http404


@require_POST
@never_cache
def scene(request: HttpRequest) -> HttpResponseBase:
    """Play one scene."""
    number = request.POST.get("scene", "")
    found = next((each for each in SCENES if str(each.number) == number), None)
    if found is None:
        raise Http404
    journey = partial(found.play, current())
    return _play(request, found.domain, found.title, journey, found.sentence)


_HEADINGS: Final = {
    Kind.LAPSE: "The registrar deletes the domain",
    Kind.TAKE: "A stranger registers the domain",
    Kind.RENEW: "The owner renews the domain",
}


def _do(stage: Stage, kind: Kind, domain: str) -> Journey:
    stage.do(kind, domain)
    yield from stage.pass_time(timedelta(hours=1))


def _play(
    request: HttpRequest,
    domain: str,
    heading: str,
    journey: Callable[[], Journey],
    sentence: str = "",
) -> StreamingHttpResponse:
    shown = {"heading": heading, "sentence": sentence}
    frame = render_to_string("demo/moving.html", shown, request)
    answer = StreamingHttpResponse(_pieces(request, current(), domain, frame, journey))
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _pieces(
    request: HttpRequest, stage: Stage, domain: str, frame: str, journey: Callable[[], Journey]
) -> Iterator[str]:
    before, between, after = frame.split(_MARKER)
    yield before
    refused = ""
    try:
        with stage.alone():
            watcher = Watcher(stage, domain)
            for at in journey():
                yield from map(_as_item, watcher.news(at))
            yield from map(_as_item, watcher.news(stage.net.clock.now()))
    except (Elsewhere, Impossible) as impossible:
        refused = str(impossible)
    yield between
    yield render_to_string("demo/_moved.html", _shown(stage, domain, refused), request)
    yield after


def _as_item(line: Line) -> str:
    return format_html(
        '<li><time datetime="{}">{}</time><p class="{}">{}</p></li>',
        line.at.isoformat(),
        line.at.strftime("%-d %b %H:%M"),
        line.tone,
        line.text,
    )


def _shown(stage: Stage, domain: str, refused: str = "") -> dict[str, Any]:
    now, row = stage.net.clock.now(), DomainStatus.objects.get(domain=domain)
    holder = stage.life(domain).holder_at(now)
    return {
        "refused": refused,
        "scenes": list(_scenes(stage)),
        "domain": domain,
        "domains": sorted(place.domain for place in stage.story.places),
        "now": now,
        "conclusion": conclusion(row),
        "epoch": row.control_epoch,
        "held": row.held,
        "reader": READERS[holder],
        "asker": _ASKERS.get(holder, "anybody"),
        "picture": picture(stage, domain),
        "lines": history(stage, domain, since_of(stage, domain)),
    }


def _scenes(stage: Stage) -> Iterator[dict[str, Any]]:
    present = {place.domain for place in stage.story.places}
    found = False
    for each in SCENES:
        if each.domain not in present:
            continue
        done = each.claim(stage)
        yield {
            "number": each.number,
            "title": each.title,
            "sentence": each.sentence,
            "done": done,
            "is_next": not done and not found,
        }
        found = found or not done


def _posted_domain(request: HttpRequest) -> str:
    return _domain(current(), request.POST.get("domain", ""))


def _domain(stage: Stage, asked: str) -> str:
    names = [place.domain for place in stage.story.places]
    if asked:
        if asked not in names:
            raise Http404
        return asked
    return STAGE if STAGE in names else names[0]
