# Small, non-root; the same image serves every command.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.lock pyproject.toml README.md ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY shared shared
COPY services services
COPY migrations migrations
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --system --uid 766 --create-home watch766
COPY --from=build /venv /venv
USER watch766
ENV PATH=/venv/bin:$PATH
ENTRYPOINT ["watch766"]
CMD ["api"]
