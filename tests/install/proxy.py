"""A proxy of a few lines that passes on what is asked for, and counts who asked."""

import select
import socket
import socketserver
import threading
from contextlib import contextmanager


class _Tunnel(socketserver.StreamRequestHandler):
    """One connection: CONNECT HOST:PORT, then bytes both ways."""

    def handle(self):
        words = self.rfile.readline().decode("latin-1").split()
        while self.rfile.readline() not in (b"\r\n", b"\n", b""):
            continue
        if len(words) < 2 or words[0] != "CONNECT":
            self.wfile.write(b"HTTP/1.1 405 Method Not Allowed\r\n\r\n")
            return
        host, _, port = words[1].rpartition(":")
        self.server.asked.append(host)
        if not self.server.passes:
            self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            return
        try:
            with socket.create_connection((host, int(port)), 30) as there:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self._pass_on(there)
        except OSError:
            self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")

    def _pass_on(self, there):
        ends = {self.connection: there, there: self.connection}
        while True:
            for end in select.select(list(ends), [], [])[0]:
                data = end.recv(1 << 16)
                if not data:
                    return
                ends[end].sendall(data)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def proxy(passes=True):
    """Run one; yields its address and the list of the hosts asked for.

    One that does not pass anything on notes what it was asked for all the same.
    """
    with _Server(("127.0.0.1", 0), _Tunnel) as server:
        server.asked, server.passes = [], passes
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", server.asked
        finally:
            server.shutdown()
            thread.join()
