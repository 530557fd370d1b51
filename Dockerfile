# One image for every process of idsvc; IDSVC_SURFACES says which surfaces a container serves.
# Nothing secret is in it: keys, purge days and blobs are mounted, settings come from the environment.

FROM python:3.12-slim-bookworm AS build
WORKDIR /source
COPY requirements/product.lock requirements/product.in requirements/
RUN python -m venv /opt/idsvc \
 && /opt/idsvc/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements/product.lock
COPY pyproject.toml README.md LICENSE ./
COPY scripts/build_metadata.py scripts/
COPY idsvc idsvc
COPY migrations migrations
COPY templates templates
RUN /opt/idsvc/bin/pip install --no-cache-dir --no-deps --no-index --no-build-isolation .

FROM python:3.12-slim-bookworm
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin idsvc
COPY --from=build /opt/idsvc /opt/idsvc
ENV PATH=/opt/idsvc/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 IDSVC_BIND=0.0.0.0:8000
USER idsvc
EXPOSE 8000
# The root file system can be read-only; nothing is written but to the mounted places.
HEALTHCHECK --interval=30s --timeout=6s CMD ["idsvc", "healthcheck"]
ENTRYPOINT ["idsvc"]
CMD ["serve"]
