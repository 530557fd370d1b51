// Says a judgement in plain words, from the phrases in /program/evidence.json.
// In step with idsvc/program/wording.py and plurals.py.

import { mayShow, paperOf } from "./evaluator.js";

const FEATURES = ["photo", "birth_date", "address"];

const PLURALS = {
  none: () => "other",
  one: (number) => (number === 1 ? "one" : "other"),
  zero_one: (number) => (number === 0 || number === 1 ? "one" : "other"),
  russian(number) {
    if (number % 10 === 1 && number % 100 !== 11) return "one";
    return isFew(number) ? "few" : "many";
  },
  polish(number) {
    if (number === 1) return "one";
    return isFew(number) ? "few" : "many";
  },
  arabic(number) {
    if (number < 3) return ["zero", "one", "two"][number];
    if (number % 100 >= 3 && number % 100 <= 10) return "few";
    return number % 100 >= 11 ? "many" : "other";
  },
};

/** Give one sentence for each answer ("" for a person who needs nothing), and one for each paper that does not count. */
export function tell(rules, language, situation, shown, judgement) {
  const words = rules.words[language];
  const told = (question) => {
    const { met, needs } = judgement[question];
    if (met) return phrase(words, `${question}_enough`);
    const usable = usableFor(rules, question, situation);
    const features = needs.flatMap((need) => need.feature ?? []);
    const others = needs.filter((need) => !need.feature);
    const isOne =
      features.length > 0 &&
      others.length === 1 &&
      isOnePaper(others[0], question, usable) &&
      usable.some((paper) => features.every((feature) => paper.features.includes(feature)));
    const texts = isOne // one paper can bring all of it: do not ask for two
      ? [onePaper(words, question, usable, features)]
      : needs.map((need) => needText(rules, language, question, situation, need));
    return phrase(words, "missing", 0, { needs: joined(words, texts) });
  };
  const person = judgement.person.needs.map((need) => phrase(words, need.lack, need.count));
  return {
    identity: told("identity"),
    residency: told("residency"),
    person: person.length ? phrase(words, "missing", 0, { needs: person[0] }) : "",
    papers: shown.flatMap((item, place) =>
      judgement.faults[place] ? [faultText(rules, language, item, judgement.faults[place])] : [],
    ),
  };
}

/** Write what a paper must be like beside its name: its limits of age and expiry. */
export function paperNotes(rules, language, paper) {
  const words = rules.words[language];
  const notes = [];
  const note = (key, span) => notes.push(phrase(words, key, 0, { span: spanText(words, span) }));
  if (paper.not_older_than) note("guide_not_older", paper.not_older_than);
  if (paper.confirms_stay_of) note("guide_stay", paper.confirms_stay_of);
  if (paper.expired_up_to) note("guide_expired", paper.expired_up_to);
  return notes;
}

/** Fill in one phrase; the number chooses its form and stands as {n}. */
export function phrase(words, key, number = 0, filled = {}) {
  const found = words[key];
  const text = typeof found === "string" ? found : found[PLURALS[words.plural](number)];
  return text.replace(/\{(\w+)\}/g, (_, name) => (name === "n" ? String(number) : filled[name]));
}

/** Write a length of time. */
export function spanText(words, span) {
  return phrase(words, span.unit, span.count);
}

/** Write a list with commas and a last "and" or "or". */
export function joined(words, texts, last = "and") {
  if (texts.length < 2) return texts.join("");
  return texts.slice(0, -1).join(words.comma) + words[last] + texts.at(-1);
}

function needText(rules, language, question, situation, need) {
  const words = rules.words[language];
  switch (need.lack) {
    case "one_of": {
      const names = need.papers.map((key) => paperOf(rules, key).names[language]);
      return names.length === 1 ? names[0] : phrase(words, "one_of", 0, { papers: joined(words, names, "or") });
    }
    case "feature":
      return phrase(words, `feature_${need.feature}`);
    case "no_way":
      return phrase(words, "no_way");
    case "primary":
    case "secondary":
      return phrase(words, `${need.lack}_more`, need.count);
  }
  const usable = usableFor(rules, question, situation);
  if (isOnePaper(need, question, usable)) return onePaper(words, question, usable);
  return phrase(words, `${question}_${need.lack}_more`, need.count);
}

function usableFor(rules, question, situation) {
  return rules.papers.filter((paper) => paper[question] && mayShow(paper, situation));
}

// Does any one paper fill the need? Then nobody has to count points.
function isOnePaper(need, question, usable) {
  if (need.lack === "papers") return need.count === 1;
  return need.lack === "points" && usable.length > 0 && usable.every((paper) => paper[question].points >= need.count);
}

function onePaper(words, question, usable, features = []) {
  let need = phrase(words, `${question}_papers_more`, 1);
  for (const feature of FEATURES) {
    const isCommon = usable.length > 0 && usable.every((paper) => paper.features.includes(feature));
    if (features.includes(feature) || isCommon) need = phrase(words, `with_${feature}`, 0, { need });
  }
  const limits = new Set(usable.map((paper) => paper.not_older_than && spanText(words, paper.not_older_than)));
  const [span] = limits;
  return limits.size === 1 && span ? phrase(words, "with_age", 0, { need, span }) : need;
}

function faultText(rules, language, item, fault) {
  const words = rules.words[language];
  const found = paperOf(rules, item.paper);
  const limit = { too_old: found.not_older_than, stay_too_short: found.confirms_stay_of, expired: found.expired_up_to };
  const span = limit[fault] ? spanText(words, limit[fault]) : "";
  const key = fault === "expired" && span ? "expired_too_long" : fault;
  return phrase(words, key, 0, { paper: found.names[language], span });
}

function isFew(number) {
  return number % 10 >= 2 && number % 10 <= 4 && !(number % 100 >= 12 && number % 100 <= 14);
}
