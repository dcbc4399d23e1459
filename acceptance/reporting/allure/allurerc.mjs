// How Allure 3 shows a run. What differs from run to run (the report's name, what was judged) is written by
// render.py as run.json into the working directory, which is where the relative paths below begin.
import { readFileSync } from "node:fs";

const { name, variables } = JSON.parse(readFileSync("run.json", "utf-8"));

// One category a verdict, worst first, as in acceptance/verdicts.py; the first that matches takes the result.
// The label must stay visible: Allure drops hidden labels before it looks for categories.
const verdict = (word, sentence, options = {}) => ({
  name: sentence,
  matchers: { labels: { verdict: `^${word}$` } },
  groupByMessage: false,
  ...options,
});

export default {
  name,
  variables,
  output: "output",
  historyPath: "history.jsonl",
  historyLimit: 50, // each run of 100 examples makes the report about 0.1 MB larger
  hideLabels: [
    "ALLURE_ID", "as_id", "framework", "host", "language", "package", "parentSuite", "subSuite", "suite",
    "testClass", "testMethod", "thread",
  ],
  categories: {
    rules: [
      verdict("suite fault", "Fault of the specification — says nothing about the platform", { expand: true }),
      verdict("broken", "Broken — the platform did not keep a promise", { expand: true }),
      verdict("could not tell", "Could not tell — the question could not be put or the answer not seen"),
      verdict("known gap", "Known gap — broken, and listed with an owner and a date"),
      verdict("not asked", "Not asked — does not apply to this target", { groupByMessage: true }),
      verdict("kept", "Kept — the platform did it, and we saw it"),
      // Allure always adds "Product errors" and "Test errors"; taking over their ids is the way to be rid of them.
      // The first catches what carries no verdict, so that nothing is ever counted nowhere.
      {
        id: "_product_errors_default_category",
        name: "Without a verdict — a fault of the specification",
        matchers: {},
      },
      { id: "_test_errors_default_category", name: "never reached", matchers: {}, hide: true },
    ],
  },
  plugins: {
    awesome: {
      options: {
        singleFile: true,
        groupBy: ["epic", "feature", "story"],
        defaultSortBy: "status,asc", // worst first
        stepTreeExpansion: "expand_failed_only",
        reportLanguage: "en",
        theme: "auto",
        sections: ["charts", "timeline"],
        charts: [
          { type: "statusDynamics", title: "How the examples ended, run by run" },
          { type: "statusTransitions", title: "What changed from run to run" },
          { type: "testResultSeverities", title: "How much the examples matter" },
          { type: "durations", title: "How long the examples take", groupBy: "none" },
        ],
      },
    },
  },
};
