import type { UniversalScenario } from "#resolver/_universal-scenario";

const torch = {
  torch: { "2.0": ["a"], "2.0+cpu": ["a"], "2.0+gpu": ["a<2", "driver"] },
  a: { "1.0": [], "2.0": [] },
  driver: { "1.0": [] },
};

/** One answer for all choices among the extras and groups of a project. */
export const choices: readonly UniversalScenario[] = [
  {
    tells: "gives what an extra or a group needs a marker that asks for it",
    projects: { a: { "1.0": ["b"] }, b: { "1.0": [] }, c: { "1.0": ["b"] } },
    ask: ["a; 'web' in extras", "c; 'test' in dependency_groups"],
    exclusive: [],
    expect: {
      packages: [
        'a==1.0 ; "web" in extras',
        'b==1.0 ; "test" in dependency_groups or "web" in extras',
        'c==1.0 ; "test" in dependency_groups',
      ],
      regions: [],
    },
  },
  {
    tells:
      "resolves choices that exclude each other apart, and holds nobody to what another one needs",
    projects: torch,
    ask: ["a", "torch==2.0+cpu; 'cpu' in extras", "torch==2.0+gpu; 'gpu' in extras"],
    exclusive: [["'cpu' in extras", "'gpu' in extras"]],
    expect: {
      packages: [
        'a==1.0 ; "gpu" in extras',
        'a==2.0 ; "gpu" not in extras',
        'driver==1.0 ; "gpu" in extras',
        'torch==2.0+cpu ; "cpu" in extras',
        'torch==2.0+gpu ; "gpu" in extras',
      ],
    },
  },
  {
    tells: "fails where choices that cannot be made together may be, and names them",
    projects: torch,
    ask: ["a", "torch==2.0+cpu; 'cpu' in extras", "torch==2.0+gpu; 'gpu' in extras"],
    exclusive: [],
    expect: {
      failure: [
        'Cannot resolve `torch==2.0+cpu` and `torch==2.0+gpu` together for Python >=3.9 where `"cpu" in extras and "gpu" in extras`',
        'requirements.in asks for `torch==2.0+cpu; "cpu" in extras` (line 2) and `torch==2.0+gpu; "gpu" in extras` (line 3)',
      ],
      region: '"cpu" in extras and "gpu" in extras',
    },
  },
  {
    tells: "divides by choice and by machine at once",
    projects: {
      a: { "1.0": [], "2.0": [], "3.0": [] },
      b: { "1.0": ["a<2; sys_platform == 'win32'", "a>=2; sys_platform != 'win32'"] },
    },
    ask: [
      "b",
      "a<3; 'old' in dependency_groups",
      "a>=3; 'new' in extras and sys_platform != 'win32'",
    ],
    exclusive: [["'old' in dependency_groups", "'new' in extras"]],
    expect: {
      packages: [
        'a==1.0 ; sys_platform == "win32"',
        'a==2.0 ; sys_platform != "win32" and "old" in dependency_groups',
        'a==3.0 ; sys_platform != "win32" and "old" not in dependency_groups',
        "b==1.0",
      ],
    },
  },
  {
    tells: "lets three choices exclude each other, and others be made beside them",
    projects: {
      a: { "1.0": ["c"], "2.0": ["c"], "3.0": ["c"] },
      b: { "1.0": [] },
      c: { "1.0": [] },
    },
    ask: [
      "a==1.0; 'x' in extras",
      "a==2.0; 'y' in extras",
      "a==3.0; 'z' in extras",
      "b; 'more' in extras",
    ],
    exclusive: [["'x' in extras", "'y' in extras", "'z' in extras"]],
    expect: {
      packages: [
        'a==1.0 ; "x" in extras',
        'a==2.0 ; "y" in extras',
        'a==3.0 ; "z" in extras',
        'b==1.0 ; "more" in extras',
        'c==1.0 ; "x" in extras or "y" in extras or "z" in extras',
      ],
    },
  },
  {
    tells: "lets nothing that is published ask for the choices of a project",
    projects: { a: { "1.0": ["b; 'web' in extras"] }, b: { "1.0": [] }, c: { "1.0": [] } },
    ask: ["a", "c; 'web' in extras"],
    exclusive: [],
    expect: { packages: ["a==1.0", 'c==1.0 ; "web" in extras'] },
  },
];
