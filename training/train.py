"""Train: ``python3 training/train.py PHOTOS LABELS OUT --minutes 100``.

Several processes of one thread each learn side by side from pictures of their own and meet every
few steps to take the mean of what they have: on processor cores that others use too this is faster
than sharing every layer's work. The rate of learning rises, stays, and falls to nothing over the
last minutes, so a run can be continued from what it had before the fall ("OUT/steady.pt").
"""

import argparse
import copy
import random
import time
from pathlib import Path

import torch
import torch.distributed as together
from model import SubjectNet
from photos import Labeled, load
from samples import Samples
from torch import Tensor
from torch import multiprocessing as mp
from torch.nn import functional

SIZES = {192: 12, 224: 9, 256: 8, 320: 5, 384: 3}  # side in px: pictures in a batch
SIZE_WEIGHTS = [0.1, 0.15, 0.55, 0.15, 0.05]
LATE_WEIGHTS = [0.05, 0.1, 0.4, 0.35, 0.1]  # while the rate falls: fine edges come last
ENCODER_RATE = 0.3  # of the rate of the new layers
WARM_STEPS = 150
MEET_STEPS = 8
LOG_STEPS = 100
MEAN_KEPT = 0.98  # of the running mean of weights, at each meeting
EDGE_WEIGHT, EDGE_PX = 3.0, 15
COARSE_WEIGHT = 0.3
STEEPEST = 3.0  # length of a gradient; longer ones are cut


def loss(logits: Tensor, answers: Tensor) -> Tensor:
    """Return how wrong logits are: cross-entropy and soft IoU, both heavier near edges.

    As in F3Net (Wei et al., AAAI 2020); answers are N x 1 x H x W, in [0, 1].
    """
    around = functional.avg_pool2d(answers, EDGE_PX, 1, EDGE_PX // 2, count_include_pad=False)
    weight = 1 + EDGE_WEIGHT * (around - answers).abs()
    entropy = functional.binary_cross_entropy_with_logits(logits, answers, reduction="none")
    axes = (1, 2, 3)
    entropy = (weight * entropy).sum(axes) / weight.sum(axes)
    found = logits.sigmoid()
    both = (weight * torch.minimum(found, answers)).sum(axes)
    either = (weight * torch.maximum(found, answers)).sum(axes)
    return (entropy + 0.5 * (1 - (both + 4) / (either + 4))).mean()


def total_loss(net: SubjectNet, pictures: Tensor, answers: Tensor) -> Tensor:
    """Return the loss of the fine answer and, lighter, of the coarse one."""
    fine, coarse = net(pictures)
    small = functional.interpolate(answers, size=coarse.shape[2:], mode="area")
    entropy = functional.binary_cross_entropy_with_logits(coarse, small)
    return loss(fine, answers) + COARSE_WEIGHT * entropy


def rate_share(step: int, elapsed: float, minutes: float, falling: float) -> float:
    """Return the rate of learning as a share of the highest one."""
    left = (minutes - elapsed) / falling
    return min(1.0, (step + 1) / WARM_STEPS, max(0.0, left))


def meet(net: SubjectNet, optimizer: torch.optim.Optimizer) -> None:
    """Take the mean over all processes of weights, of what is kept of them, and of momenta."""
    held = [value for value in net.state_dict().values() if value.is_floating_point()]
    for state in optimizer.state.values():
        held += [state["exp_avg"], state["exp_avg_sq"]]
    with torch.no_grad():
        joined = torch.cat([value.reshape(-1) for value in held])
        together.all_reduce(joined)
        joined /= together.get_world_size()
        start = 0
        for value in held:
            value.copy_(joined[start : start + value.numel()].view_as(value))
            start += value.numel()


def follow(mean: SubjectNet, net: SubjectNet, kept: float) -> None:
    """Move the running mean of the weights towards the weights."""
    with torch.no_grad():
        values = net.state_dict()
        for name, value in mean.state_dict().items():
            if value.is_floating_point():
                value.lerp_(values[name], 1 - kept)
            else:
                value.copy_(values[name])


class Learner:
    """A network that learns, with what it takes to go on after a stop.

    Parameters
    ----------
    rate : float
        The highest rate of learning.
    pretrained : bool
        Start from ImageNet weights, and leave the first of them as they are.
    """

    def __init__(self, rate: float, pretrained: bool):
        self.net = SubjectNet(pretrained).to(memory_format=torch.channels_last).train()
        encoder = self.net.encoder_weights()
        if pretrained:
            for weight in self.net.fixed_weights():
                weight.requires_grad_(False)
        known = {id(weight) for weight in encoder}
        others = [w for w in self.net.parameters() if w.requires_grad and id(w) not in known]
        groups = [{"params": encoder, "share": ENCODER_RATE}, {"params": others, "share": 1.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=rate, weight_decay=1e-3)
        self.mean = copy.deepcopy(self.net)
        self.rate, self.step = rate, 0

    def keep(self, path: Path) -> None:
        """Write all that is needed to go on."""
        parts = {"net": self.net, "mean": self.mean, "optimizer": self.optimizer}
        states = {name: part.state_dict() for name, part in parts.items()}
        torch.save(states | {"step": self.step}, path)

    def resume(self, path: Path) -> None:
        """Go on from what was kept."""
        kept = torch.load(path)
        for name, part in (("net", self.net), ("mean", self.mean), ("optimizer", self.optimizer)):
            part.load_state_dict(kept[name])
        self.step = kept["step"]

    def learn(self, pictures: Tensor, answers: Tensor, share: float) -> float:
        """Take one step at a share of the highest rate; return the loss before it."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * share * group["share"]
        ordered = pictures.contiguous(memory_format=torch.channels_last)
        wrong = total_loss(self.net, ordered, answers)
        self.optimizer.zero_grad()
        wrong.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), STEEPEST)
        self.optimizer.step()
        self.step += 1
        if self.step % MEET_STEPS == 0:
            meet(self.net, self.optimizer)
            follow(self.mean, self.net, min(MEAN_KEPT, self.step / (self.step + 80)))
        return wrong.item()


def run(rank: int, args: argparse.Namespace, photos: list[Labeled]) -> None:
    """Train in one of the processes; the first one keeps the records."""
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    meeting = f"file://{args.out.resolve() / 'meeting'}"
    together.init_process_group("gloo", init_method=meeting, rank=rank, world_size=args.processes)
    learner = Learner(args.rate, not args.scratch)
    if args.resume:
        learner.resume(args.resume)
    samples = Samples(photos, args.seed + 1000 * rank + learner.step)
    sizes = random.Random(args.seed + learner.step)  # the same in every process
    start, losses = time.monotonic(), []
    while True:
        elapsed = (time.monotonic() - start) / 60
        over = elapsed >= args.minutes or (args.steps and learner.step >= args.steps)
        if learner.step % MEET_STEPS == 0 or args.steps:  # all of them stop together
            finished = torch.tensor(float(over))
            together.broadcast(finished, 0)
            if finished:
                break
        share = rate_share(learner.step, elapsed, args.minutes, args.falling)
        late = share < 1 and learner.step > WARM_STEPS
        (size,) = sizes.choices(list(SIZES), LATE_WEIGHTS if late else SIZE_WEIGHTS)
        pictures, answers = map(torch.from_numpy, samples.batch(SIZES[size], size))
        losses.append(learner.learn(pictures, answers, share))
        if rank == 0 and learner.step % LOG_STEPS == 0:
            print(
                f"step {learner.step}, {elapsed:.1f} min, rate {share:.2f}, "
                f"loss {sum(losses[-LOG_STEPS:]) / LOG_STEPS:.4f}",
                flush=True,
            )
            learner.keep(args.out / ("falling.pt" if late else "steady.pt"))
    if rank == 0:
        learner.keep(args.out / "final.pt")
    together.destroy_process_group()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("out", type=Path, help="folder for what is learned")
    parser.add_argument("--minutes", type=float, default=100.0)
    parser.add_argument("--falling", type=float, default=25.0, help="minutes of falling rate")
    parser.add_argument("--steps", type=int, default=0, help="stop after so many")
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--resume", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scratch", action="store_true", help="do without ImageNet weights")
    args = parser.parse_args(arguments)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "meeting").unlink(missing_ok=True)
    photos = load(args.photos, args.labels, validation=False)
    print(f"{len(photos)} photos", flush=True)
    torch.set_num_threads(1)
    mp.start_processes(run, (args, photos), args.processes, start_method="fork")


if __name__ == "__main__":
    main()
