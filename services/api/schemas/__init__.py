"""The shapes that go out, for the OpenAPI document. Answers are written straight from rows and tested against these."""
