export const proofMediaType = 'application/vnd.chartseal.proof+json';
