FROM python:3.12-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN useradd --create-home --uid 10001 symbiosis && install -d -o symbiosis -g symbiosis -m 0700 /data
WORKDIR /app

COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .

USER symbiosis
ENV SYMBIOSIS_HOME=/data
VOLUME /data

# Inside the container the server must listen on every address to be reachable at all. Without sign-in it refuses to
# start so, unless SYMBIOSIS_BEHIND_PROXY=1 says that something else decides who comes in: compose.yaml does, because it
# publishes the port on this computer only.
ENV STREAMLIT_SERVER_ADDRESS=0.0.0.0 STREAMLIT_SERVER_HEADLESS=true
EXPOSE 8501
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=2)"]
CMD ["streamlit", "run", "app.py"]
