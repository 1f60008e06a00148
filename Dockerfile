# One image for every process; docker-compose.yml says which one a container is.
FROM python:3.11.15-slim-bookworm AS packages
COPY requirements/production.txt /requirements.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes --only-binary :all: -r /requirements.txt \
    && /venv/bin/pip uninstall --yes --quiet pip setuptools

FROM python:3.11.15-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
COPY --from=packages /venv /venv
WORKDIR /app
COPY manage.py ./
COPY domainguard domainguard
COPY registry_site registry_site
COPY templates templates
# Nothing can be written here later, not even compiled code.
RUN python -m compileall -q domainguard registry_site
# Owns nothing in the image and can write nowhere in it.
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "registry_site.wsgi:application", "--bind=0.0.0.0:8000", "--no-control-socket"]
