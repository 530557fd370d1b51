// Judges evidence from the program's public rules (/program/evidence.json), in the browser and nowhere else.
// Nothing here is stored, sent or logged. In step with idsvc/domain/proofing.py: a test holds both equal.
//
// situation: {today: "YYYY-MM-DD" in the city's time zone, age: completed years, caretaker: is one there to sign}
// shown:     [{paper: key, issued, expires, since: dates or null, here: does it show the present address}]

import { after, before } from "./dates.js";

export const MOST_SHOWN = 12; // papers with two uses double the work with each

const QUESTIONS = ["identity", "residency"];
const STRENGTH = { primary: 2, secondary: 1 };

/** Say whether the papers on the table are enough, and if not, what is missing on the shortest way there. */
export function judge(rules, situation, shown) {
  if (shown.length > MOST_SHOWN) throw new RangeError(`At most ${MOST_SHOWN} papers are judged at once.`);
  const counted = shown.map((item) => count(paperOf(rules, item.paper), item, situation));
  const [identity, residency] = answers(rules, situation, counted);
  const person = answer(personNeeds(rules, situation));
  return {
    met: identity.met && residency.met && person.met,
    identity,
    residency,
    person,
    faults: counted.map((item) => item.fault),
  };
}

/**
 * Give every set of at most so many further papers that is just enough, the smallest first; none holds another.
 * [] if no set is enough, [[]] if nothing more is needed. Papers are taken as good as they can be.
 */
export function suggest(rules, situation, shown = [], mostPapers = 3) {
  const counted = shown.map((item) => count(paperOf(rules, item.paper), item, situation));
  const usable = rules.papers.filter((paper) => mayShow(paper, situation));
  const found = [];
  for (let size = 0; size <= Math.min(mostPapers, MOST_SHOWN - shown.length); size += 1) {
    for (const chosen of combinations(usable, size)) {
      const keys = chosen.map((paper) => paper.key);
      const times = (key, list) => list.filter((other) => other === key).length;
      if (chosen.some((paper) => times(paper.key, keys) > paper.at_most)) continue;
      if (found.some((less) => less.every((key) => times(key, less) <= times(key, keys)))) continue;
      const more = chosen.map((paper) => ({ paper, identity: paper.identity, residency: paper.residency }));
      if (answers(rules, situation, [...counted, ...more]).every((one) => one.met)) found.push(keys);
    }
  }
  return found;
}

/** Tell whether a paper can count for somebody of this age. */
export function mayShow(paper, situation) {
  return isAmong(situation.age, paper.ages) && (situation.caretaker || paper.given_by !== "caretaker");
}

/** Find a paper of the program by its key. */
export function paperOf(rules, key) {
  const found = rules.papers.find((paper) => paper.key === key);
  if (!found) throw new RangeError("This program does not know that paper.");
  return found;
}

function count(paper, item, situation) {
  const nothing = (fault) => ({ paper, identity: null, residency: null, fault });
  const fault = faultOf(paper, item, situation);
  if (fault) return nothing(fault);
  let { identity } = paper;
  if (paper.expires && item.expires && item.expires < situation.today) {
    if (!paper.expired_up_to || after(item.expires, paper.expired_up_to) < situation.today) return nothing("expired");
    identity = paper.expired_identity ?? paper.identity;
  }
  if (paper.residency && paper.features.includes("address") && !item.here) {
    return { paper, identity, residency: null, fault: "other_address" };
  }
  return { paper, identity, residency: paper.residency, fault: null };
}

function faultOf(paper, item, situation) {
  if (!isAmong(situation.age, paper.ages)) return "wrong_age";
  if (paper.given_by === "caretaker" && !situation.caretaker) return "no_caretaker";
  if (paper.not_older_than) {
    if (!item.issued) return "date_needed";
    if (item.issued > situation.today) return "date_in_future";
    if (item.issued < before(situation.today, paper.not_older_than)) return "too_old";
  }
  if (paper.confirms_stay_of) {
    if (!item.since) return "stay_needed";
    if (item.since > before(situation.today, paper.confirms_stay_of)) return "stay_too_short";
  }
  return null;
}

function personNeeds(rules, situation) {
  if (situation.age < rules.minimum_age) return [need("age", rules.minimum_age)];
  if (situation.age < rules.caretaker_under && !situation.caretaker) return [need("caretaker", 0)];
  return [];
}

// Puts every paper with two uses to each of them in turn and takes the distribution that lacks least.
function answers(rules, situation, counted) {
  const either = counted.filter((item) => item.identity && item.residency && !item.paper.counts_for_both);
  let best = null;
  for (let choice = 0; choice < 2 ** either.length; choice += 1) {
    const forResidency = new Set(either.filter((_, bit) => (choice >> bit) & 1));
    const forIdentity = new Set(either.filter((item) => !forResidency.has(item)));
    const [identity, residency] = [forResidency, forIdentity].map((elsewhere, place) =>
      answerTo(rules, QUESTIONS[place], situation, counted.filter((item) => !elsewhere.has(item))),
    );
    const cost = [identity.cost[0] + residency.cost[0], identity.cost[1] + residency.cost[1]];
    if (!best || isLess(cost, best.cost)) best = { cost, found: [identity.found, residency.found] };
    if (best.cost[0] === 0 && best.cost[1] === 0) break;
  }
  return best.found;
}

function answerTo(rules, question, situation, items) {
  const waivers = rules.waivers.filter(
    (waiver) => isAmong(situation.age, waiver.ages) && (situation.caretaker || !waiver.with_caretaker),
  );
  if (waivers.some((waiver) => waiver.questions.includes(question))) return { cost: [0, 0], found: answer([]) };
  const waived = waivers.flatMap((waiver) => waiver.features);
  const usable = rules.papers.filter((paper) => paper[question] && isAmong(situation.age, paper.ages));
  const mostPoints = Math.max(0, ...usable.map((paper) => paper[question].points));
  const strongest = strongestOf(question, items);
  let best = null;
  for (const way of rules[question]) {
    if (!isAmong(situation.age, way.ages)) continue;
    const needs = needsOf(way, question, strongest, waived);
    const cost = costOf(needs, mostPoints);
    if (!best || isLess(cost, best.cost)) best = { cost, found: answer(needs) };
  }
  return best ?? { cost: [MOST_SHOWN, 1], found: answer([need("no_way", 0)]) };
}

// Keeps what counts for the question, of each kind no more than count, the strongest first.
function strongestOf(question, items) {
  const seen = new Map();
  return items
    .filter((item) => item[question])
    .sort((one, other) => strength(other[question]) - strength(one[question]))
    .filter((item) => {
      seen.set(item.paper.key, (seen.get(item.paper.key) ?? 0) + 1);
      return seen.get(item.paper.key) <= item.paper.at_most;
    });
}

function strength(worth) {
  return (STRENGTH[worth.rank] ?? 0) * 10_000 + worth.points;
}

function needsOf(way, question, items, waived) {
  const keys = items.map((item) => item.paper.key);
  const worths = items.map((item) => item[question]);
  const needs = way.one_of_each
    .filter((group) => !group.some((key) => keys.includes(key)))
    .map((group) => need("one_of", 1, null, group));
  const primary = worths.filter((worth) => worth.rank === "primary").length;
  const ranked = worths.filter((worth) => worth.rank).length;
  const primaryShort = Math.max(way.primary - primary, 0);
  const secondaryShort = Math.max(way.primary + way.secondary - ranked - primaryShort, 0);
  const points = worths.reduce((sum, worth) => sum + worth.points, 0);
  for (const [lack, short] of [
    ["primary", primaryShort],
    ["secondary", secondaryShort],
    ["papers", way.papers - items.length],
    ["points", way.points - points],
  ]) {
    if (short > 0) needs.push(need(lack, short));
  }
  for (const feature of way.shows) {
    if (!waived.includes(feature) && !items.some((item) => item.paper.features.includes(feature))) {
      needs.push(need("feature", 1, feature));
    }
  }
  return needs;
}

// Estimates how many more papers are needed; a missing feature costs one only if nothing else is missing.
function costOf(needs, mostPoints) {
  let papers = 0;
  for (const one of needs) {
    if (one.lack === "points") papers += mostPoints ? Math.ceil(one.count / mostPoints) : one.count;
    else if (one.lack !== "feature") papers += one.count;
  }
  return [papers || !needs.length ? papers : 1, needs.length];
}

function need(lack, wanted, feature = null, papers = []) {
  return { lack, count: wanted, feature, papers };
}

function answer(needs) {
  return { met: needs.length === 0, needs };
}

function isAmong(age, [start, end]) {
  return start <= age && (end === null || age <= end);
}

function isLess(one, other) {
  return one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]);
}

// All multisets of that size, in the order of the program file.
function* combinations(papers, size, start = 0) {
  if (size === 0) {
    yield [];
    return;
  }
  for (let place = start; place < papers.length; place += 1) {
    for (const rest of combinations(papers, size - 1, place)) yield [papers[place], ...rest];
  }
}
