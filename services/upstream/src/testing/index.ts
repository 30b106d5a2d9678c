export { openStubUpstream, type StubUpstream } from './stub-upstream.ts';
