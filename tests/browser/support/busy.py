"""A server that is too busy to hear everything that a page says, as far as the page can tell."""

import re

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class BusyServer:
    """Stands between page and server: holds back what either says, and has the server hear only the last of it."""

    def __init__(self, page):
        self.page, self.is_deaf, self.is_dumb, self.unheard, self.unsaid = page, False, False, [], []
        page.route_web_socket(re.compile("_stcore/stream"), self.connect)

    def connect(self, browser):
        self.browser, self.server = browser, browser.connect_to_server()
        browser.on_message(lambda said: self.unheard.append(said) if self.is_deaf else self.server.send(said))
        self.server.on_message(lambda said: self.unsaid.append(said) if self.is_dumb else browser.send(said))

    def has_answered(self):
        return any(ForwardMsg.FromString(each).WhichOneof("type") == "script_finished" for each in self.unsaid)

    def wait_until(self, condition):
        for _ in range(1200):
            if condition():
                return
            self.page.evaluate("() => new Promise(requestAnimationFrame)")
        raise TimeoutError

    def speak(self):
        self.is_dumb = False
        for each in self.unsaid:
            self.browser.send(each)

    def hear(self):
        self.is_deaf = False
        self.server.send(self.unheard[-1])
