import { expect, test } from "bun:test";
import { requestOf, ScenarioSource, told } from "./_scenario.ts";
import { resolve } from "./resolve.ts";
import { boto3AndUrllib3 } from "./scenarios/boto3.ts";

/** What uv 0.13.8 asks of an index to answer the same. */
const requestsOfUv = 3049;

test.each([
  ["at once", false, 2956],
  ["while others are waited for", true, 2967],
])(`${boto3AndUrllib3.tells}, with answers that come %s`, async (_, slowly, requests) => {
  const source = new ScenarioSource(boto3AndUrllib3, slowly);
  const outcome = await resolve(requestOf(boto3AndUrllib3), source);
  expect(told(outcome, boto3AndUrllib3.expect)).toEqual(boto3AndUrllib3.expect);
  const files = new Set(source.read);
  expect(files.size).toBe(source.read.length);
  expect(source.listed.length + files.size).toBe(requests);
  expect(requests).toBeLessThan(requestsOfUv);
});
