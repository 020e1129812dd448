"""An OIDC provider on this machine that lets one person in without a question."""

import base64
import hashlib
import json
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "xigang", "not-a-secret"


class Provider:
    """What the office's login page would be. `email` is whom it names."""

    def __init__(self, email: str) -> None:
        self.email = email
        self.key = RSAKey.generate_key(2048, parameters={"kid": "1", "use": "sig", "alg": "RS256"}, auto_kid=False)
        self.asked: dict[str, dict[str, str]] = {}
        self.url = ""

    def metadata(self) -> dict[str, object]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Return where to send the browser back to, with a code."""
        assert query["client_id"] == CLIENT_ID and query["response_type"] == "code"
        code = f"code-{len(self.asked)}"
        self.asked[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str]) -> dict[str, object]:
        query, now = self.asked.pop(form["code"]), int(time.time())
        if "code_challenge" in query:
            proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
            assert proof.rstrip(b"=").decode() == query["code_challenge"]
        claims = {"iss": self.url, "sub": "1", "aud": CLIENT_ID, "iat": now, "exp": now + 300, "email": self.email}
        if "nonce" in query:
            claims["nonce"] = query["nonce"]
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key)
        return {"access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": signed}


@contextmanager
def running_provider(email: str):
    provider = Provider(email)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            address = urlsplit(self.path)
            match address.path:
                case "/.well-known/openid-configuration":
                    self.answer(provider.metadata())
                case "/keys":
                    self.answer({"keys": [provider.key.as_dict(private=False)]})
                case "/authorize":
                    self.send_response(302)
                    query = {name: values[0] for name, values in parse_qs(address.query).items()}
                    self.send_header("Location", provider.authorize(query))
                    self.end_headers()
                case _:
                    self.send_error(404)

        def do_POST(self):
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.answer(provider.token({name: values[0] for name, values in form.items()}))

        def answer(self, content):
            body = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.url = f"http://localhost:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield provider
        server.shutdown()
