// A checker that finds nothing is worth nothing: both checkers of the browser's scripts find the fault planted for them.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { ESLint } from "eslint";
import ts from "typescript";

const ROOT = new URL("../../", import.meta.url).pathname;
const PLACES = ["lms/static/js/planted.js", "plugins/quiz/static/js/planted.js", "lms/web/service_worker/planted.js"];
const SOUND = "const answer = 42;\nself.setTimeout(() => answer, 0);\n";

/** Rules that a text breaks at a place of the project. @param {string} text @param {string} place */
async function brokenRules(text, place) {
  const [result] = await new ESLint({ cwd: ROOT }).lintText(text, { filePath: place });
  return result.messages.map((message) => message.ruleId);
}

/** Faults that the compiler finds in a text at a place of the project. @param {string} text @param {string} place */
async function typeFaults(text, place) {
  const folder = place.startsWith("lms/web/service_worker") ? `${ROOT}lms/web/service_worker` : ROOT;
  const { config } = ts.parseConfigFileTextToJson("tsconfig.json", await readFile(`${folder}/tsconfig.json`, "utf8"));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const host = ts.createCompilerHost(options), planted = ROOT + place;
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version, ...rest) =>
    name === planted ? ts.createSourceFile(name, text, version, true) : getSourceFile(name, version, ...rest);
  const program = ts.createProgram([planted], options, host);
  return ts.getPreEmitDiagnostics(program, program.getSourceFile(planted)).map((fault) => fault.code);
}

for (const place of PLACES) {
  test(`${place}: sound code passes, a loose comparison and a forgotten name are found`, async () => {
    assert.deepEqual(await brokenRules(SOUND, place), []);
    assert.deepEqual(await brokenRules(SOUND.replace("=> answer", "=> answer == 42"), place), ["eqeqeq"]);
    assert.deepEqual(await brokenRules(SOUND.replace("=> answer", "=> answers"), place), ["no-unused-vars", "no-undef"]);
  });

  test(`${place}: sound code passes, a number taken for a text is found`, async () => {
    assert.deepEqual(await typeFaults(SOUND, place), []);
    assert.deepEqual(await typeFaults(SOUND.replace("=> answer", "=> answer.trim()"), place), [2339]);
  });
}

test("markup from a script is found in pages", async () => {
  assert.deepEqual(await brokenRules('document.body.innerHTML = "<b>";\n', PLACES[0]), ["no-restricted-properties"]);
});
