"""The interactive documentation at /docs. Everything it needs is served from here: it works without the internet."""

from importlib.resources import files

from fastapi import FastAPI, Response

from services.api.problems import not_found

_RESOURCES = files("fastapi_swagger") / "resources"
"""Swagger UI as it is released, in a package that holds little else."""

_FILES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Watch766 API</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="documentation"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

_START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#documentation",
  deepLinking: true,
  filter: true,
  tryItOutEnabled: true,
  validatorUrl: null
});
"""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""The browser loads nothing from elsewhere; Swagger UI sets styles of its own and has its pictures in its style sheet."""

_PAGE_HEADERS = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
_FILE_HEADERS = {"Cache-Control": "max-age=86400"}


def install(app: FastAPI) -> None:
    """Let the application answer /docs and what the page names."""

    @app.get("/docs", include_in_schema=False)
    async def page() -> Response:
        return Response(_PAGE, headers=_PAGE_HEADERS, media_type="text/html")

    @app.get("/docs/start.js", include_in_schema=False)
    async def start() -> Response:
        return Response(_START, headers=_PAGE_HEADERS, media_type="text/javascript")

    @app.get("/docs/{name}", include_in_schema=False)
    def file(name: str) -> Response:
        if name not in _FILES:
            raise not_found("such part of the documentation")
        return Response((_RESOURCES / name).read_bytes(), headers=_FILE_HEADERS, media_type=_FILES[name])
