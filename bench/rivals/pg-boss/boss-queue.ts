export const BOSS_QUEUE = 'bench';
