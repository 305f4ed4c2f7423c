/** Projects that many people ask for: whoever misspells a name most likely meant one of them. */
export function popularNames(): readonly string[] {
  return (popular ??= text.split(/\s+/).filter((name) => name !== ""));
}

let popular: readonly string[] | undefined;

/** Modules whose project has another name, by the name under which people look for them. */
export const importedAs: ReadonlyMap<string, string> = new Map([
  ["attr", "attrs"],
  ["bs4", "beautifulsoup4"],
  ["cairo", "pycairo"],
  ["crypto", "pycryptodome"],
  ["cv2", "opencv-python"],
  ["dateutil", "python-dateutil"],
  ["discord", "discord-py"],
  ["dns", "dnspython"],
  ["docx", "python-docx"],
  ["dotenv", "python-dotenv"],
  ["fitz", "pymupdf"],
  ["git", "gitpython"],
  ["github", "pygithub"],
  ["gi", "pygobject"],
  ["jose", "python-jose"],
  ["jwt", "pyjwt"],
  ["kafka", "kafka-python"],
  ["ldap", "python-ldap"],
  ["magic", "python-magic"],
  ["multipart", "python-multipart"],
  ["mysqldb", "mysqlclient"],
  ["nacl", "pynacl"],
  ["opengl", "pyopengl"],
  ["openssl", "pyopenssl"],
  ["pil", "pillow"],
  ["pkg-resources", "setuptools"],
  ["pptx", "python-pptx"],
  ["serial", "pyserial"],
  ["skimage", "scikit-image"],
  ["sklearn", "scikit-learn"],
  ["slugify", "python-slugify"],
  ["socks", "pysocks"],
  ["telegram", "python-telegram-bot"],
  ["usb", "pyusb"],
  ["win32api", "pywin32"],
  ["yaml", "pyyaml"],
  ["zmq", "pyzmq"],
]);

const text = `
aiobotocore aiofiles aiohappyeyeballs aiohttp aiosignal alembic altair annotated-types anthropic anyio apache-airflow
appdirs argcomplete argon2-cffi arrow asgiref asn1crypto asttokens async-timeout asyncpg attrs authlib autopep8
azure-core azure-identity azure-storage-blob babel backoff bandit bcrypt beautifulsoup4 billiard black bleach blinker
bokeh boto3 botocore brotli build cachecontrol cachetools cattrs celery certifi cffi chardet charset-normalizer cherrypy
chromadb clang click click-plugins cloudpickle cmake colorama coloredlogs colorlog comm configargparse contourpy
cookiecutter coverage crewai cryptography cssselect cycler cython dacite dash dask databricks-sdk datasets
debugpy decorator defusedxml deprecated dill diskcache distlib distro django django-cors-headers django-debug-toolbar
django-extensions django-filter django-redis djangorestframework dnspython docker docopt docutils duckdb
ecdsa elasticsearch email-validator et-xmlfile eventlet exceptiongroup execnet executing fabric faker fastapi
fastjsonschema fastparquet feedparser filelock fiona flake8 flask flask-cors flask-login flask-migrate flask-sqlalchemy
fonttools frozenlist fsspec future gensim geopandas gevent gitdb gitpython google-api-core google-api-python-client
google-auth google-auth-oauthlib google-cloud-bigquery google-cloud-core google-cloud-storage googleapis-common-protos
gradio graphene graphql-core graphviz greenlet grpcio grpcio-status grpcio-tools gspread gunicorn h11 h2 h5py hatch
hatchling hiredis html5lib httpcore httplib2 httptools httpx huey huggingface-hub humanfriendly humanize hypercorn
hypothesis identify idna imageio imbalanced-learn importlib-metadata importlib-resources inflection iniconfig invoke
ipykernel ipython ipywidgets isodate isort itsdangerous jaraco-classes jax jaxlib jedi jeepney jinja2 jira jmespath
joblib jsonpatch jsonpath-ng jsonpickle jsonschema jupyter jupyter-client jupyter-core jupyterlab jupyter-server kafka-python
keras keyring kiwisolver kombu kubernetes langchain langchain-core langchain-openai lazy-object-proxy librosa lightgbm
litellm llvmlite locust loguru lxml mako mariadb markdown markdown-it-py markupsafe marshmallow matplotlib
matplotlib-inline mccabe mdurl mistune mkdocs mkdocs-material mlflow more-itertools moto mpmath msal msgpack msrest
multidict mypy mypy-extensions mysql-connector-python mysqlclient natsort nbconvert nbformat nest-asyncio networkx
nltk nodeenv notebook nox numba numexpr numpy numpydoc oauthlib onnx onnxruntime openai opencv-python
opencv-python-headless openpyxl opentelemetry-api opentelemetry-sdk orjson oscrypto packaging pandas pandas-stubs
paramiko parso passlib pathspec patsy peewee pendulum pexpect pillow pip pip-tools pipdeptree pipenv pipx platformdirs
plotly pluggy ply poetry poetry-core polars portalocker pre-commit prettytable prometheus-client prompt-toolkit
propcache protobuf psutil psycopg psycopg2 psycopg2-binary ptyprocess pure-eval pure-sasl py py4j pyarrow pyasn1
pyasn1-modules pycairo pycodestyle pycparser pycryptodome pycryptodomex pydantic pydantic-core pydantic-settings pydot
pyflakes pygame pygithub pygments pygobject pyinstaller pyjwt pylint pymongo pymssql pymupdf pymysql pynacl pyodbc
pyopengl pyopenssl pyparsing pypdf pypdf2 pyperclip pyproj pyproject-hooks pyqt5 pyqt6 pyrsistent pyserial pyside6
pysocks pyspark pytest pytest-asyncio pytest-benchmark pytest-cov pytest-django pytest-env pytest-html pytest-mock
pytest-timeout pytest-xdist python-dateutil python-docx python-dotenv python-gitlab python-jose python-json-logger
python-ldap python-magic python-multipart python-pptx python-slugify python-telegram-bot pytorch-lightning pytz pyusb
pywavelets pywin32 pyyaml pyzmq quart rasterio ray readme-renderer redis referencing regex reportlab requests requests-cache
requests-mock requests-oauthlib requests-toolbelt rich robotframework rpds-py rsa ruamel-yaml ruff s3fs s3transfer
sacremoses safetensors scikit-image scikit-learn scipy scrapy seaborn selenium semver sentence-transformers sentencepiece
sentry-sdk setuptools setuptools-scm shap shapely shellingham simplejson six slack-sdk sniffio snowballstemmer
snowflake-connector-python sortedcontainers soupsieve spacy sphinx sphinx-rtd-theme sqlalchemy sqlalchemy-utils sqlglot
sqlmodel sqlparse stack-data starlette statsmodels streamlit stripe structlog sympy tables tabulate tblib tenacity
tensorboard tensorflow termcolor testcontainers textual threadpoolctl tiktoken tinycss2 tokenizers toml tomli tomli-w
tomlkit toolz torch torchaudio torchvision tornado tox tqdm traitlets transformers trio trove-classifiers twine twisted
typer types-pyyaml types-requests typing-extensions typing-inspect tzdata tzlocal ujson unidecode uritemplate urllib3
uv uvicorn uvloop virtualenv voluptuous waitress wandb watchdog watchfiles wcwidth webencodings websocket-client
websockets werkzeug wheel whitenoise widgetsnbextension wrapt wsproto xarray xgboost xlrd xlsxwriter xlwt xmltodict
yapf yarl zeep zipp zope-interface zstandard
`;
