"""The benchmarks' cheap browser speaks HTTP as a browser does."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import pytest
from aiohttp import web

from tests.benchmarks.benchmark_runs import BENCHMARKS


@pytest.fixture
def light_browser(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from support import light_browser  # the benchmarks are no package

    return light_browser


def visit(light_browser, routes, take_part):
    """Serve some addresses and let one browser take part; gives what it brings back."""

    async def run():
        app = web.Application()
        app.add_routes(routes)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        try:
            async with light_browser.LightBrowser(f"http://127.0.0.1:{port}") as browser:
                return await take_part(browser)
        finally:
            await runner.cleanup()

    # A browser test before this one may have left its loop running in this thread.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(run())).result()


async def read(request):
    async with request as reply:
        return reply.status, await reply.read()


def test_cookies_are_kept_redirects_followed_and_one_connection_is_used(light_browser):
    peers = set()

    async def enter(request):
        peers.add(request.transport.get_extra_info("peername"))
        reply = web.Response(status=302, headers={"Location": "/room?a=1"})
        reply.set_cookie("name", "value=1", httponly=True)
        return reply

    async def room(request):
        peers.add(request.transport.get_extra_info("peername"))
        return web.Response(body=f"{request.cookies['name']} {request.query['a']}".encode())

    async def take_part(browser):
        first = await read(browser.get("/enter"))
        return first, await read(browser.get("/room", params={"a": "x y"}))

    found = visit(light_browser, [web.get("/enter", enter), web.get("/room", room)], take_part)

    assert found == ((200, b"value=1 1"), (200, b"value=1 x y"))
    assert len(peers) == 1


def test_json_forms_and_large_bodies_come_through(light_browser):
    large = bytes(range(256)) * 4000

    async def echo(request):
        if request.content_type == "application/json":
            return web.json_response({"got": await request.json(), "token": request.headers["X-T"]})
        return web.Response(body=large, headers={"X-Form": (await request.post())["field"]})

    async def take_part(browser):
        async with browser.post("/", json={"a": [1, "é"]}, headers={"X-T": "t"}) as reply:
            told = json.loads(await reply.read())
        return told, await read(browser.post("/", data={"field": "é&="}))

    told, form = visit(light_browser, [web.post("/", echo)], take_part)

    assert told == {"got": {"a": [1, "é"]}, "token": "t"}
    assert form == (200, large)


def test_a_server_that_hangs_up_is_an_error_and_asked_anew_afterwards(light_browser):
    asked = []

    async def hang_up(request):
        asked.append(True)
        if len(asked) == 1:
            request.transport.close()
        return web.Response(text="here")

    async def take_part(browser):
        with pytest.raises(aiohttp.ClientError):
            await read(browser.get("/"))
        return await read(browser.get("/"))

    assert visit(light_browser, [web.get("/", hang_up)], take_part) == (200, b"here")
