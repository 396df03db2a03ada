"""An embedded dispatcher with simulated taxis: what `taxi-kiosk demo` and the tests ride with."""

try:
    from dispatch_client.sandbox.behaviour import Behaviour
    from dispatch_client.sandbox.server import Sandbox, serve
except ModuleNotFoundError as missing:
    if (missing.name or "").partition(".")[0] in {"werkzeug", "jsonschema", "referencing", "yaml"}:
        raise ImportError("The sandbox needs its extra: pip install 'one-touch-taxi[sandbox]'") from missing
    raise

__all__ = ["Behaviour", "Sandbox", "serve"]
