"""The security headers of every answer: nothing inline, nothing from elsewhere, nothing private kept.

Source: OWASP Secure Headers; CSP level 3. The verifier alone may run WebAssembly and a camera.
"""

from typing import Final

import flask

_POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
_FEATURES: Final = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope",
    "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment", "serial",
    "usb", "xr-spatial-tracking",
)  # fmt: skip
_HSTS: Final = "max-age=63072000; includeSubDomains"


def is_verifier_path(path: str) -> bool:
    """Tell whether a path belongs to the verifier page: the only place for a camera and WebAssembly."""
    return path.startswith(("/verify/", "/static/verifier/"))


def content_policy(path: str) -> str:
    """Write the content security policy of one path."""
    policy = dict(_POLICY)
    if is_verifier_path(path):
        policy["script-src"] += " 'wasm-unsafe-eval'"
        policy["trusted-types"] = "verifier"
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def features_policy(path: str) -> str:
    """Write the permissions policy of one path: everything off, but the camera where cards are checked."""
    allowed = {"camera"} if is_verifier_path(path) else set()
    return ", ".join(f"{name}=({'self' if name in allowed else ''})" for name in _FEATURES)


def protect(response: flask.Response) -> flask.Response:
    """Put the headers on one answer; an answer that names no caching of its own is not stored anywhere."""
    path = flask.request.path
    headers = response.headers
    headers["Content-Security-Policy"] = content_policy(path)
    headers["Permissions-Policy"] = features_policy(path)
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Cache-Control", "no-store")
    if flask.request.is_secure or flask.current_app.config["HTTPS"]:
        headers["Strict-Transport-Security"] = _HSTS
    return response
