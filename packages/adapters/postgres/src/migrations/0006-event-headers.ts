/** Headers of events, as the text of a JSON object; null where an event has none. Older rows have none. */
export const eventHeaders = `
alter table outbox add column headers text;
alter table event add column headers text;
`;
