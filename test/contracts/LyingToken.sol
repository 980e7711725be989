// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// A token whose logs are not what moves: it takes fees that no log shows, logs one movement twice, and changes
/// balances without a log. Anybody may do everything.
contract LyingToken {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Deposit(address indexed to, uint256 value);

    mapping(address => uint256) public balanceOf;

    constructor(uint256 supply) {
        balanceOf[msg.sender] = supply;
    }

    /// The log shows the whole value, of which `fee` does not arrive.
    function pay(address to, uint256 value, uint256 fee) external {
        move(msg.sender, to, value, fee);
        emit Transfer(msg.sender, to, value);
    }

    function payLoggedTwice(address to, uint256 value) external {
        move(msg.sender, to, value, 0);
        emit Transfer(msg.sender, to, value);
        emit Transfer(msg.sender, to, value);
    }

    /// Takes from anybody.
    function pull(address from, address to, uint256 value) external {
        move(from, to, value, 0);
        emit Transfer(from, to, value);
    }

    /// As wrapped coins do it: no Transfer.
    function deposit(address to, uint256 value) external {
        balanceOf[to] += value;
        emit Deposit(to, value);
    }

    /// As tokens do it whose balances all change at once: no log at all.
    function rebase(address holder, uint256 balance) external {
        balanceOf[holder] = balance;
    }

    function move(address from, address to, uint256 value, uint256 fee) private {
        require(balanceOf[from] >= value, "too little");
        balanceOf[from] -= value;
        balanceOf[to] += value - fee;
    }
}
