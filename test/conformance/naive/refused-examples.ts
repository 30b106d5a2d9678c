/** The official examples that R4's own definitions forbid, each with the reason. */
export const refused: ReadonlyMap<string, string> = new Map([
  ['Questionnaire-qs1.json', 'Questionnaire.item.linkId is required, and its items have none'],
]);
