# An image per program, with its own code and what its code needs, and nothing of the others:
#
#   docker build --build-arg PROGRAM=customers -t kundekort/customers .
#
# The six share all layers but the last. `--target operations` is for operators: all programs, and PostgreSQL's own tools.
ARG PYTHON=python:3.13-slim

FROM $PYTHON AS shared
ARG UV=0.13.9
# Some companies sign their own traffic: uv and npm trust what the image trusts.
ENV UV_SYSTEM_CERTS=1 NODE_USE_SYSTEM_CA=1 \
    UV_PROJECT_ENVIRONMENT=/opt/kundekort UV_PYTHON=/usr/local/bin/python3 UV_PYTHON_DOWNLOADS=never \
    UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_FROZEN=1 UV_NO_DEV=1
RUN pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-cache-dir uv==$UV
WORKDIR /source
COPY pyproject.toml uv.lock ./
RUN uv sync --quiet
COPY chassis chassis
COPY contracts contracts
COPY operations operations
RUN mkdir /app && cp -r chassis contracts operations /app/ && python -m compileall -q /app

FROM shared AS all
RUN uv sync --quiet --inexact --all-extras
COPY services /app/services
COPY gateway /app/gateway
RUN python -m compileall -q /app

FROM $PYTHON AS operations
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*
ENV PATH=/opt/kundekort/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN install -d -o 10001 -g 10001 /var/lib/kundekort
WORKDIR /app
COPY --from=all /opt/kundekort /opt/kundekort
COPY --from=all /app /app
USER 10001:10001
ENTRYPOINT ["python", "-m", "operations"]

FROM shared AS own
ARG PROGRAM
# What the program's extra adds to the shared environment, and the one folder that is the program.
RUN cd /opt/kundekort && find . ! -type d | sort > /tmp/before \
    && uv sync --quiet --project /source --inexact --extra "$PROGRAM" \
    && find . ! -type d | sort | comm -13 /tmp/before - > /tmp/added \
    && mkdir -p /own/opt/kundekort /own/app && tar -cT /tmp/added | tar -C /own/opt/kundekort -x
COPY . .
RUN if [ "$PROGRAM" = gateway ]; then python -m tools.assets && cp -r gateway /own/app/; \
    else mkdir /own/app/services && cp -r services/__init__.py "services/$PROGRAM" /own/app/services/; fi \
    && python -m compileall -q /own/app

FROM $PYTHON
ENV PATH=/opt/kundekort/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN install -d -o 10001 -g 10001 /var/lib/kundekort
WORKDIR /app
COPY --from=shared /opt/kundekort /opt/kundekort
COPY --from=shared /app /app
COPY --from=own /own /
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8000 \
    && printf 'GET /ready HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 \
    && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
ENTRYPOINT ["python", "-m", "chassis"]
