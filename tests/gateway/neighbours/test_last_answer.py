"""A server that says "this is my last answer on this connection"."""

import socket
import threading

from gateway.neighbours.clients import Neighbour
from gateway.neighbours.connections import Call

ANSWER = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"


def test_an_answer_that_closes_its_connection_can_be_streamed():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            connection, _ = listener.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(ANSWER)

        server = threading.Thread(target=serve)
        server.start()
        neighbour = Neighbour("closing", f"http://127.0.0.1:{listener.getsockname()[1]}")

        answer = neighbour.stream(Call("GET", "/"), 1000)

        assert b"".join(answer.chunks) == b"hello"
        server.join()
