import type { Scenario, ScenarioRelease } from "#resolver/_scenario";

/*
 * Questions that made pip search for minutes to hours, after the public descriptions in its issue tracker and in that of
 * its resolver library. Names and bounds are those that the threads and the projects give; releases in between, which
 * only made the way long, are numbered through.
 */

type Releases = Record<string, ScenarioRelease>;

/** `count` releases `1.0`, `1.1` … (or with another beginning), each with what `needs` says of its number. */
function series(
  count: number,
  needs: (number: number) => readonly string[] = () => [],
  beginning: string = "1.",
): Releases {
  return Object.fromEntries(
    Array.from({ length: count }, (_, number) => [`${beginning}${number}`, needs(number)]),
  );
}

/** Projects with many releases that nothing speaks against: a resolver that goes back one step at a time gets lost here. */
function bystanders(names: readonly string[], releases: number = 40): Record<string, Releases> {
  return Object.fromEntries(
    names.map((name, at) => [
      name,
      // Each leans on the next one, loosely.
      series(releases, () => (at + 1 < names.length ? [`${names[at + 1]}>=1.0`] : [])),
    ]),
  );
}

const crowd = ["celery", "kombu", "vine", "redis", "jinja2", "markupsafe", "rich", "tqdm"];

/** boto3 and botocore come out together, day after day. */
const boto = (days: number, urllib: (day: number) => string): Record<string, Releases> => ({
  boto3: series(days, (day) => [`botocore>=1.${day},<1.${day + 1}`, "jmespath", "s3transfer"]),
  botocore: series(days, (day) => ["jmespath", "python-dateutil", urllib(day)]),
  s3transfer: series(10, () => ["botocore"]),
  jmespath: series(3),
});

export const backtracking: readonly Scenario[] = [
  {
    tells: "pip #9841: names the pin that a newer release does not accept",
    projects: {
      attrs: { "19.3.0": [] },
      autobahn: {
        "20.6.2": ["txaio>=20.3.1", "cryptography>=2.7"],
        "20.12.3": ["txaio>=20.4.1", "cryptography>=2.9.2", "hyperlink>=20.0.1"],
      },
      hyperlink: { "19.0.0": ["idna>=2.5"], "20.0.1": ["idna>=2.5"], "21.0.0": ["idna>=2.5"] },
      cryptography: series(30, () => ["cffi>=1.12", "six>=1.4.1"], "3."),
      cffi: { "1.14.0": ["pycparser"], "1.14.5": ["pycparser"] },
      idna: { "2.10": [], "3.1": [] },
      pycparser: { "2.20": [] },
      six: series(16),
      txaio: { "20.4.1": [], "21.2.1": [] },
    },
    ask: [
      "attrs==19.3.0",
      "autobahn==20.12.3",
      "hyperlink==19.0.0",
      "cffi==1.14.0",
      "cryptography>=3.2",
      "idna==2.10",
      "pycparser==2.20",
      "txaio==20.4.1",
    ],
    expect: {
      failure: [
        "Cannot resolve `autobahn==20.12.3` and `hyperlink==19.0.0` together",
        "requirements.in asks for `autobahn==20.12.3` (line 2) and `hyperlink==19.0.0` (line 3)",
        "`autobahn` 20.12.3 needs `hyperlink>=20.0.1`",
      ],
      attempts: 3,
    },
  },
  {
    tells: "pip #9764: proves that no release of a plugin takes an old client",
    projects: {
      docker: { "3.0.0": ["requests>=2.14.2"], ...series(60, () => ["requests>=2.14.2"], "4.") },
      "molecule-docker": series(40, () => ["docker>=4.3.1", "molecule>=3.4"], "0."),
      molecule: series(80, () => ["rich>=1.0", "jinja2>=1.0"], "3."),
      requests: series(30, () => [], "2."),
      ...bystanders(crowd),
    },
    ask: ["docker==3.0.0", "molecule-docker"],
    expect: {
      failure: [
        "Cannot resolve `docker==3.0.0` and `molecule-docker` together",
        "requirements.in asks for `docker==3.0.0` (line 1) and `molecule-docker` (line 2)",
        "every version of `molecule-docker` needs `docker>=4.3.1`",
      ],
      attempts: 7,
    },
  },
  {
    tells: "pip #10924: goes back to the release before a new bound, whatever stands between",
    projects: {
      "flask-appbuilder": series(12, () => ["pyjwt<2.0.0,>=1.7.1", "jinja2>=1.0"], "3."),
      "github3-py": {
        "3.0.0": ["requests>=2.18", "uritemplate>=3"],
        "3.1.0": ["requests>=2.18", "uritemplate>=3", "pyjwt>=2.3.0"],
        "3.1.1": ["requests>=2.18", "uritemplate>=3", "pyjwt>=2.3.0"],
        "3.1.2": ["requests>=2.18", "uritemplate>=3", "pyjwt>=2.3.0"],
      },
      pyjwt: { "1.7.1": [], "2.0.0": [], "2.3.0": [] },
      requests: series(28, () => [], "2."),
      uritemplate: { "3.0.1": [], "4.1.1": [] },
      ...bystanders(crowd, 80),
    },
    ask: ["celery", "flask-appbuilder", "tqdm", "github3-py"],
    expect: {
      packages: [
        "celery==1.79",
        "flask-appbuilder==3.11",
        "github3-py==3.0.0",
        "jinja2==1.79",
        "kombu==1.79",
        "markupsafe==1.79",
        "pyjwt==1.7.1",
        "redis==1.79",
        "requests==2.27",
        "rich==1.79",
        "tqdm==1.79",
        "uritemplate==4.1.1",
        "vine==1.79",
      ],
      attempts: 17,
    },
  },
  {
    tells:
      "pip #10201: leaves two projects of daily releases alone that have no part in a conflict",
    projects: {
      ...boto(400, () => "urllib3<1.27,>=1.25.4"),
      "python-dateutil": series(9, () => ["six>=1.5"], "2."),
      six: series(17),
      urllib3: { "1.25.11": [], "1.26.6": [] },
      requests: {
        "2.25.1": ["idna<3,>=2.5", "chardet<5,>=3.0.2", "urllib3<1.27,>=1.21.1"],
        "2.26.0": ["idna<4,>=2.5", "urllib3<1.27,>=1.21.1"],
      },
      responses: series(14, () => ["requests>=2.0", "urllib3>=1.25.10"], "0."),
      docker: series(20, () => ["requests!=2.18.0,>=2.14.2"], "5."),
      "aws-xray-sdk": series(8, () => ["botocore>=1.11", "requests<2.26"], "2."),
      idna: { "2.10": [], "3.2": [] },
      chardet: { "3.0.4": [], "4.0.0": [] },
    },
    ask: [
      "botocore>=1.12",
      "boto3>=1.9",
      "idna<4,>=2.5",
      "docker>=2.5.1",
      "responses>=0.9",
      "aws-xray-sdk!=2.6,>=0.93",
    ],
    expect: {
      packages: [
        "aws-xray-sdk==2.7",
        "boto3==1.399",
        "botocore==1.399",
        "chardet==4.0.0",
        "docker==5.19",
        "idna==2.10",
        "jmespath==1.2",
        "python-dateutil==2.8",
        "requests==2.25.1",
        "responses==0.13",
        "s3transfer==1.9",
        "six==1.16",
        "urllib3==1.26.6",
      ],
      attempts: 29,
    },
  },
  {
    tells: "pip #11480: proves a conflict far down between two pins in a few steps",
    projects: {
      pywebview: {
        "3.6.2": {
          needs: ["proxy-tools", 'qtpy; extra == "qt"', 'pyqt5; extra == "qt"'],
          extras: ["qt"],
        },
      },
      "proxy-tools": { "0.1.0": [] },
      qtpy: series(20, () => ["packaging>=21"], "2."),
      pyqt5: series(30, () => ["pyqt5-sip<13,>=12.11"], "5.15."),
      "pyqt5-sip": { "12.10.1": [], "12.11.0": [], "12.11.1": [] },
      rpaframework: { "15.6.0": ["rpaframework-core", "robotframework-browser", "celery"] },
      "rpaframework-core": series(60, () => ["selenium>=4", "packaging<21"], "9."),
      "robotframework-browser": series(40, () => ["grpcio", "robotframework"], "13."),
      robotframework: series(30, () => [], "5."),
      grpcio: series(70, () => ["six>=1.5"]),
      selenium: series(40, () => ["urllib3"], "4."),
      urllib3: series(60),
      six: series(17),
      packaging: { "20.9": [], "21.3": [] },
      ...bystanders(crowd, 60),
    },
    ask: ["pywebview[qt]==3.6.2", "rpaframework==15.6.0"],
    expect: {
      failure: [
        "Cannot resolve `pywebview[qt]==3.6.2` and `rpaframework==15.6.0` together",
        "requirements.in asks for `pywebview[qt]==3.6.2` (line 1) and `rpaframework==15.6.0` (line 2)",
        "`pywebview[qt]` 3.6.2 needs `qtpy`",
        "`rpaframework` 15.6.0 needs `rpaframework-core`",
        "every version of `qtpy` needs `packaging>=21`",
        "every version of `rpaframework-core` needs `packaging<21`",
      ],
      attempts: 23,
    },
  },
  {
    tells:
      "pip #11575: takes the newest that a plugin accepts, though newer pre-releases are allowed",
    projects: {
      pylint: {
        ...series(17, (minor) => [`astroid>=2.${minor},<2.${minor + 2}`], "2."),
        ...series(6, () => ["astroid>=3.0.0a1"], "3.0.0a"),
      },
      astroid: { ...series(20, () => [], "2."), "3.0.0a1": [] },
      perflint: { "0.7.2": ["pylint"], "0.7.3": ["pylint<3.0.0,>=2.12.0"] },
    },
    ask: ["pylint>=2.16.dev", "perflint>=0.7.3"],
    policy: { prerelease: "allow" },
    expect: { packages: ["astroid==2.17", "perflint==0.7.3", "pylint==2.16"], attempts: 7 },
  },
  {
    tells:
      "pip #11928: proves for hundreds of releases at once that what they all need cannot be built",
    projects: {
      awscli: series(500, (day) => [`botocore==1.${day}`, "pyyaml<5.5,>=3.10", "colorama<0.4.5"]),
      botocore: series(500, () => ["jmespath"]),
      jmespath: series(3),
      colorama: { "0.4.4": [], "0.4.6": [] },
      pyyaml: {
        "5.3.1": { files: ["sdist"] },
        "5.4": { files: ["sdist"] },
        "5.4.1": { files: ["sdist"] },
        "6.0": [],
      },
    },
    ask: ["awscli"],
    policy: { purpose: "install" },
    expect: {
      failure: [
        "Cannot resolve `awscli`",
        "requirements.in (line 1) asks for `awscli`",
        "every version of `awscli` needs `pyyaml<5.5,>=3.10`",
        "`pyyaml` >=5.3.1,<=5.4.1 would have to be built, and nothing may be built here: it is published as an sdist only",
      ],
      attempts: 9,
    },
  },
  {
    tells: "pip #12274: finds the last pair of daily releases that takes an old library",
    projects: {
      ...boto(900, (day) => (day < 300 ? "urllib3<1.26,>=1.20" : "urllib3<1.27,>=1.25.4")),
      "python-dateutil": series(9, () => [], "2."),
      urllib3: { "1.24.3": [], "1.25.11": [], "1.26.16": [], "2.0.4": [] },
    },
    ask: ["boto3", "urllib3<1.25"],
    expect: {
      packages: [
        "boto3==1.299",
        "botocore==1.299",
        "jmespath==1.2",
        "python-dateutil==2.8",
        "s3transfer==1.9",
        "urllib3==1.24.3",
      ],
      attempts: 51,
    },
  },
  {
    tells:
      "pip #12592: goes back one step where a newest release and a pre-release exclude each other",
    projects: {
      triad: series(9, () => ["numpy", "pandas", "pyarrow>=6.0.1", "fs"], "0.9."),
      numpy: { "1.26.3": [], "1.26.4": [], "2.0.0b1": [] },
      pandas: {
        ...series(4, () => ["numpy>=1.20.3", "python-dateutil>=2.8.2"], "2.1."),
        ...series(2, () => ["numpy<2,>=1.22.4", "python-dateutil>=2.8.2"], "2.2."),
      },
      pyarrow: series(15, () => ["numpy>=1.16.6"], "15."),
      fs: series(16, () => ["six~=1.10"], "2.4."),
      "python-dateutil": { "2.8.2": ["six>=1.5"], "2.9.0": ["six>=1.5"] },
      six: series(17),
    },
    ask: ["triad"],
    policy: { prerelease: "allow" },
    expect: {
      packages: [
        "fs==2.4.15",
        "numpy==2.0.0b1",
        "pandas==2.1.3",
        "pyarrow==15.14",
        "python-dateutil==2.9.0",
        "six==1.16",
        "triad==0.9.8",
      ],
      attempts: 10,
    },
  },
  {
    tells: "resolvelib #113: gives way on a date library, not on every plotting release",
    projects: {
      boto3: { "1.10.16": ["botocore>=1.13.16,<1.14.0", "s3transfer<0.3.0,>=0.2.0"] },
      botocore: {
        ...series(50, () => ["python-dateutil<2.8.1,>=2.1", "urllib3<1.26,>=1.20"], "1.13."),
        ...series(100, () => ["python-dateutil<3,>=2.1", "urllib3<1.27,>=1.25.4"], "1.14."),
      },
      s3transfer: { "0.2.1": ["botocore<2.0.0,>=1.12.36"], "0.3.0": ["botocore<2.0.0,>=1.12.36"] },
      s3fs: {
        "0.4.0": ["boto3>=1.9.91", "botocore>=1.12.91", "fsspec>=0.6.0"],
        "0.4.2": ["botocore>=1.12.91", "fsspec>=0.6.0"],
        ...series(40, () => ["aiobotocore>=1.0.1", "fsspec>=0.8.0"], "0.5."),
      },
      fsspec: series(40, () => [], "2022."),
      aiobotocore: series(60, () => ["botocore<1.17.45,>=1.17.44"]),
      seaborn: series(13, () => ["numpy>=1.17", "pandas>=0.25", "matplotlib>=3.1"], "0."),
      matplotlib: series(60, () => ["numpy>=1.17", "python-dateutil>=2.7"], "3."),
      pandas: {
        ...series(6, () => ["numpy>=1.17.3", "python-dateutil>=2.7.3"], "1.3."),
        ...series(40, () => ["numpy>=1.18.5", "python-dateutil>=2.8.1"], "1.4."),
      },
      numpy: series(60, () => [], "1."),
      "python-dateutil": { "2.7.5": [], "2.8.0": [], "2.8.1": [], "2.8.2": [] },
      urllib3: { "1.25.11": [], "1.26.14": [] },
    },
    ask: ["boto3==1.10.16", "s3fs<0.5", "seaborn"],
    expect: {
      packages: [
        "boto3==1.10.16",
        "botocore==1.13.49",
        "fsspec==2022.39",
        "matplotlib==3.59",
        "numpy==1.59",
        "pandas==1.3.5",
        "python-dateutil==2.8.0",
        "s3fs==0.4.2",
        "s3transfer==0.2.1",
        "seaborn==0.12",
        "urllib3==1.25.11",
      ],
      attempts: 42,
    },
  },
  {
    tells: "resolvelib #134: finds the answer that jumping too far back misses",
    projects: {
      pandas: {
        "1.3.5": ["numpy>=1.17.3", "python-dateutil>=2.7.3", "pytz>=2017.3"],
        "1.4.0": ["numpy>=1.18.5", "python-dateutil>=2.8.1", "pytz>=2020.1"],
      },
      pystac: { "1.8.2": ["python-dateutil>=2.7.0"], "1.8.3": ["python-dateutil>=2.7.0"] },
      "pystac-client": {
        "0.3.2": ["requests>=2.25", "pystac>=1.4.0", "python-dateutil>=2.7.0"],
        "0.3.3": ["requests>=2.27.1", "pystac>=1.4.0", "python-dateutil>=2.8.2"],
      },
      "sat-stac": {
        "0.1.0": ["requests>=2.19.1", "python-dateutil~=2.7.5"],
        "0.1.1": ["requests>=2.19.1", "python-dateutil~=2.7.5"],
      },
      numpy: series(27, () => [], "1."),
      "python-dateutil": { "2.7.5": ["six>=1.5"], "2.8.1": ["six>=1.5"], "2.8.2": ["six>=1.5"] },
      pytz: { "2020.1": [], "2023.3": [] },
      requests: series(32, () => ["urllib3<3,>=1.21.1"], "2."),
      six: series(17),
      urllib3: series(30),
    },
    ask: [
      "pandas>=1.3.5,<=1.4.0",
      "pystac>=1.8.2,<=1.8.3",
      "pystac-client>=0.3.2,<=0.3.3",
      "sat-stac<=0.1.1",
    ],
    expect: {
      packages: [
        "numpy==1.26",
        "pandas==1.3.5",
        "pystac==1.8.3",
        "pystac-client==0.3.2",
        "python-dateutil==2.7.5",
        "pytz==2023.3",
        "requests==2.31",
        "sat-stac==0.1.1",
        "six==1.16",
        "urllib3==1.29",
      ],
      attempts: 17,
    },
  },
  {
    tells: "grpc #31829: finds the last release that takes the older protobuf",
    projects: {
      "grpcio-status": {
        "1.48.2": ["protobuf>=3.12.0", "grpcio>=1.48.2", "googleapis-common-protos>=1.5.5"],
        ...Object.fromEntries(
          Array.from({ length: 60 }, (_, at) => [
            `1.${at + 49}.0`,
            ["protobuf>=4.21.6", `grpcio>=1.${at + 49}.0`, "googleapis-common-protos>=1.5.5"],
          ]),
        ),
      },
      grpcio: {
        "1.48.2": ["six>=1.5.2"],
        ...Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`1.${at + 49}.0`, []])),
      },
      "googleapis-common-protos": series(60, () => ["protobuf>=3.15"]),
      protobuf: { "3.19.6": [], "3.20.3": [], "4.21.6": [], "4.25.1": [] },
      six: series(17),
    },
    ask: ["grpcio-status", "protobuf<4.0.0"],
    expect: {
      packages: [
        "googleapis-common-protos==1.59",
        "grpcio==1.108.0",
        "grpcio-status==1.48.2",
        "protobuf==3.20.3",
      ],
      attempts: 10,
    },
  },
  {
    tells: "pip #8922: names both sides of a conflict over a library that three projects need",
    projects: {
      "marshmallow-sqlalchemy": series(40, () => ["sqlalchemy>=1.3", "marshmallow"], "0."),
      "sqlalchemy-citext": series(8, () => ["sqlalchemy>=0.6"]),
      "legacy-store": series(30, () => ["sqlalchemy<1.3", "psycopg2"], "2."),
      sqlalchemy: {
        ...series(20, () => [], "1.2."),
        ...series(24, () => [], "1.3."),
        ...series(40, () => ["greenlet"], "1.4."),
      },
      marshmallow: series(60, () => [], "3."),
      psycopg2: series(20, () => [], "2."),
      greenlet: series(20),
      ...bystanders(crowd),
    },
    ask: ["celery", "marshmallow-sqlalchemy", "sqlalchemy-citext", "legacy-store"],
    expect: {
      failure: [
        "Cannot resolve `marshmallow-sqlalchemy` and `legacy-store` together",
        "requirements.in asks for `marshmallow-sqlalchemy` (line 2) and `legacy-store` (line 4)",
        "every version of `marshmallow-sqlalchemy` needs `sqlalchemy>=1.3`",
        "every version of `legacy-store` needs `sqlalchemy<1.3`",
      ],
      attempts: 20,
    },
  },
  {
    tells: "pip #10788: takes a thousand pins as they are, without going back once",
    projects: {
      ...Object.fromEntries(
        Array.from({ length: 1000 }, (_, at) => [
          `integration-${at}`,
          { "1.0": [`shared-${at % 50}>=1.${at % 5}`, `shared-${(at + 7) % 50}`], "2.0": [] },
        ]),
      ),
      ...Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`shared-${at}`, series(40)])),
    },
    ask: Array.from({ length: 1000 }, (_, at) => `integration-${at}==1.0`),
    expect: {
      packages: [
        ...Array.from({ length: 1000 }, (_, at) => `integration-${at}`)
          .sort()
          .map((name) => `${name}==1.0`),
        ...Array.from({ length: 50 }, (_, at) => `shared-${at}`)
          .sort()
          .map((name) => `${name}==1.39`),
      ],
      attempts: 1051,
    },
  },
];
