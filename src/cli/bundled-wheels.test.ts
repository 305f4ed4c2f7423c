import { describe, expect, test } from "bun:test";
import { imaginedWorld } from "#interpreter/imagined-python";
import { probeInterpreter } from "#interpreter/probe";
import { bundledWheels } from "./bundled-wheels.ts";

async function carried(tree: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const world = imaginedWorld([{ path: "/opt/py/bin/python3" }], tree);
  const interpreter = await probeInterpreter("/opt/py/bin/python3", world);
  const { folders, names } = bundledWheels(interpreter, world);
  return [...folders, ...names];
}

const own = "/opt/py/lib/python3.12/ensurepip/_bundled";
const shared = "/usr/share/python-wheels";

describe("bundledWheels()", () => {
  test("finds what ensurepip would install", async () => {
    const tree = {
      [`${own}/__init__.py`]: "",
      [`${own}/pip-24.2-py3-none-any.whl`]: "",
      [`${own}/setuptools-65.5.0-py3-none-any.whl`]: "",
    };
    expect(await carried(tree)).toEqual([own, "pip", "setuptools"]);
  });

  test("finds it where a distribution of Linux has moved it, for this version first", async () => {
    const tree = {
      [`${own}/__init__.py`]: "",
      [`${shared}/pip-23.0-py3-none-any.whl`]: "",
      "/usr/share/python3.12-wheels/pip-24.0-py3-none-any.whl": "",
    };
    expect(await carried(tree)).toEqual(["/usr/share/python3.12-wheels", "pip"]);
  });

  test("finds nothing where there is no pip", async () => {
    expect(await carried({ [`${shared}/requests-2.0-py3-none-any.whl`]: "" })).toEqual([]);
  });
});
