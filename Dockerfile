# syntax=docker/dockerfile:1

# The programs, compiled by the release preset from Debian's packages alone.
FROM debian:bookworm-slim AS build
WORKDIR /src
# One list of packages for this file and for every machine: deploy/dev/setup.sh.
COPY deploy/dev/setup.sh deploy/dev/setup.sh
RUN deploy/dev/setup.sh program
COPY CMakeLists.txt CMakePresets.json ./
COPY proto proto
COPY core core
COPY server server
COPY client client
RUN cmake --preset release -DTTFLOW_BUILD_TESTS=OFF -DTTFLOW_BUILD_BENCHMARKS=OFF \
    && cmake --build --preset release --target ttflowd ttflow \
    && strip build/release/bin/ttflowd build/release/bin/ttflow

FROM debian:bookworm-slim
ARG VERSION=0.1.0
ARG REVISION=
LABEL org.opencontainers.image.title="ttflow" \
      org.opencontainers.image.description="Sampling service: tempered SMC with a tensor-train flow, over gRPC" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        libabsl20220623 libfmt9 libgrpc++1.51 libprotobuf32 libspdlog1.10 libsqlite3-0 libtbb12 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb \
    && install -d -o 10001 -g 10001 -m 0750 /var/lib/ttflow
COPY --from=build /src/build/release/bin/ttflowd /src/build/release/bin/ttflow /usr/local/bin/
COPY LICENSE /usr/share/doc/ttflow/LICENSE
# Flags read these, those of the health check too. What is set here can be set anew.
ENV TTFLOW_LISTEN=0.0.0.0:50051 \
    TTFLOW_DATA_DIR=/var/lib/ttflow
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
VOLUME /var/lib/ttflow
EXPOSE 50051
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s --retries=3 \
    CMD ["/usr/local/bin/ttflowd", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/ttflowd"]
