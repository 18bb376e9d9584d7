"""A server that answers every get with its number, for originals that can be asked from outside only."""

import asyncio


async def answer(number, reader, writer):
    try:
        while line := await reader.readline():
            for key in line.split()[1:]:
                writer.write(b"VALUE %s 0 %d\r\n%d\r\n" % (key, len(str(number)), number))
            writer.write(b"END\r\n")
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()


async def listen(number, host, port):
    if host.startswith("/"):
        return await asyncio.start_unix_server(lambda r, w: answer(number, r, w), host)
    return await asyncio.start_server(lambda r, w: answer(number, r, w), host, port)
